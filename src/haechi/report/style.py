"""How the page looks: light and dark, on paper and on a phone; no file and no network beside it."""

CSS = """
:root { color-scheme: light dark;
  --paper: #fbfaf7; --card: #ffffff; --ink: #1d2126; --soft: #5b6470; --line: #e2dfd8;
  --accent: #1f6fb4; --good: #1d7a3f; --good-back: #e4f3e8; --noise: #8a5a00; --noise-back: #fbf0d9;
  --bad: #a8321f; --bad-back: #fbe9e5; }
@media (prefers-color-scheme: dark) { :root {
  --paper: #14171b; --card: #1c2026; --ink: #e6e8ea; --soft: #9aa4af; --line: #323841;
  --accent: #6db3ee; --good: #7fd39a; --good-back: #183024; --noise: #ecc06a; --noise-back: #33290f;
  --bad: #f2937f; --bad-back: #3a1c17; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); line-height: 1.55;
  font-family: "Pretendard", "Noto Sans KR", "Noto Sans CJK KR", "Apple SD Gothic Neo", "Malgun Gothic",
    "NanumGothic", "Haechi Hangul", system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
  font-size: 16px; }
main { max-width: 1120px; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .3rem; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 2.4rem 0 .7rem; }
h3 { font-size: 1rem; margin: 0 0 .15rem; }
p { margin: .4rem 0; }
a { color: var(--accent); }
code, pre { font-family: "D2Coding", "Haechi Hangul", ui-monospace, "Cascadia Mono", Menlo, Consolas,
    monospace; }
code { font-size: .92em; overflow-wrap: anywhere; }
.soft { color: var(--soft); }
.small { font-size: .88rem; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 1.1rem 1.3rem; }
.answer { margin: 1.4rem 0 1rem; border-left: 5px solid var(--accent); }
.answer .setting { font-size: 1.25rem; font-weight: 650; overflow-wrap: anywhere; }
.answer .value { font-size: 2.1rem; font-weight: 650; margin-right: .6rem;
  font-variant-numeric: tabular-nums; }
.badge { display: inline-block; border-radius: 999px; padding: .1rem .7rem; white-space: nowrap;
  font-size: .86rem; font-weight: 600; }
.clear, .best { color: var(--good); background: var(--good-back); }
.noise { color: var(--noise); background: var(--noise-back); }
.worse { color: var(--accent); border: 1px solid var(--line); }
.unknown { color: var(--soft); border: 1px solid var(--line); }
.failed { color: var(--bad); background: var(--bad-back); }
.warning { border-left: 5px solid var(--bad); margin: 1rem 0; }
.findings { padding-left: 1.2rem; margin: .6rem 0; }
.findings li { margin: .25rem 0; }
.scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: 10px; background: var(--card); }
table { border-collapse: collapse; width: 100%; font-size: .9rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .45rem .65rem; white-space: nowrap;
  border-bottom: 1px solid var(--line); }
th { font-weight: 600; color: var(--soft); font-size: .84rem; }
tr:last-child td { border-bottom: 0; }
tr.first td { font-weight: 600; }
td.long { white-space: normal; min-width: 18rem; overflow-wrap: anywhere; }
.plots { display: grid; gap: 1.1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 460px), 1fr)); }
figure { margin: 0; }
figure.wide { grid-column: 1 / -1; }
figure img { display: block; max-width: 100%; height: auto; margin: .6rem auto 0; background: #fff;
  border-radius: 6px; padding: 6px; }
pre { margin: .6rem 0; padding: .8rem 1rem; overflow-x: auto; font-size: .82rem; background: var(--paper);
  border: 1px solid var(--line); border-radius: 8px; max-height: 22rem; }
details { margin: .8rem 0; }
summary { cursor: pointer; font-weight: 600; }
footer { margin-top: 3rem; border-top: 1px solid var(--line); padding-top: .8rem; }
@media print { .plots { display: block; } figure { break-inside: avoid; margin-bottom: 1rem; } }
"""
