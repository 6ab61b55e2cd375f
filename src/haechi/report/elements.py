"""Parts of a page."""

import base64
import re
import struct
from collections.abc import Sequence
from html import escape

from haechi.report.plot import Plot

_WIDE = 900
"""Pixels from which on a plot takes the whole width."""


def code(text: str) -> str:
    """A name as it is typed."""
    return f"<code>{escape(text)}</code>"


def marked(text: str) -> str:
    """A sentence in which names stand between backticks."""
    return re.sub(r"`([^`]*)`", r"<code>\1</code>", escape(text))


def table(head: Sequence[str], rows: Sequence[Sequence[str]], *, first: bool = False) -> str:
    """A table that scrolls in its own box; cells are HTML, the head is text.

    `first`: whether the first row stands out.
    """
    heads = "".join(f"<th scope='col'>{escape(name)}</th>" for name in head)
    lines = ["".join(f"<td>{cell}</td>" for cell in row) for row in rows]
    marks = [" class='first'" if first and place == 0 else "" for place in range(len(lines))]
    body = "\n".join(f"<tr{mark}>{line}</tr>" for mark, line in zip(marks, lines, strict=True))
    return (
        f"<div class='scroll' tabindex='0'><table><thead><tr>{heads}</tr></thead>\n"
        f"<tbody>{body}</tbody></table></div>"
    )


def figure(plot: Plot) -> str:
    """A plot with its caption, its picture within the page; or why it was not drawn."""
    head = f"<h3>{escape(plot.title)}</h3><p class='small soft'>{escape(plot.caption)}</p>"
    if plot.path is None:
        return f"<figure class='card'>{head}<p>not drawn: {escape(plot.fault or '')}</p></figure>"
    content = plot.path.read_bytes()
    # The header of a PNG has its width and height.
    width, height = struct.unpack(">II", content[16:24])
    wide = " wide" if width >= _WIDE else ""
    data = base64.b64encode(content).decode("ascii")
    picture = (
        f"<img width='{width}' height='{height}' alt='{escape(plot.title, quote=True)}' "
        f"src='data:image/png;base64,{data}'>"
    )
    return f"<figure class='card{wide}'>{head}{picture}</figure>"
