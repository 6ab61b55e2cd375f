"""Predict with the model of a run.

python src/predict.py run=outputs/sample_topic/RUN input=headlines.csv output=predictions.jsonl
echo '코스피 사상 최고치 경신' | python src/predict.py run=outputs/sample_topic/RUN
"""

import sys

from haechi.predict.command import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
