"""Report runs and sweeps: what was best, by how much, and whether that is more than the noise.

python src/report.py outputs/sample_topic/sweep_2026-11-28_10-00-00_ab12cd
python src/report.py outputs/klue_ynat metric=test/macro_f1 out=report
python src/report.py experiment=klue_ynat
"""

from haechi.report.command import report_and_exit

if __name__ == "__main__":
    report_and_exit()
