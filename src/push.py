"""Bring the model of a run to the hub, with its card.

HF_TOKEN=... python src/push.py run=outputs/sample_topic/RUN repo=owner/name
"""

import sys

from haechi.push import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
