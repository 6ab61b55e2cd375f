"""What it wins to leave the embeddings of absent tokens out of training, with a vocabulary of many languages.

    python benchmarks/used_rows.py --vocabulary DIR --data DIR

The folder of the vocabulary holds a vocab.txt of BERT, the data are those of YNAT. The encoder is random,
since speed does not depend on the weights, and of the shape of multilingual-e5-small: 12 layers, 384 wide.
Prints one Markdown table. Nothing is downloaded.
"""

import argparse
import os
import platform
import sys
import tempfile
from pathlib import Path

from vocabularies import write_checkpoint

from train import BENCHES, fastest, measure, setting_of, write_rows

SIZES = {"hidden_size": 384, "num_hidden_layers": 12, "num_attention_heads": 12, "intermediate_size": 1536}
VARIANTS = ("Trainer, bf16, fused", "Haechi custom, whole table", "Haechi custom")


def counted(vocabulary: Path, rows: str) -> str:
    """How many entries there are, and how many of them the rows use."""
    from train_variant import read

    from haechi.data.split import EncodedSplit
    from haechi.tokenization.build import build_tokenizer
    from haechi.training.used_rows import used_rows

    tokenizer = build_tokenizer(vocabulary)
    ids = [tokenizer.backend.encode(row["text"]).ids for row in read(rows)]
    used = used_rows(EncodedSplit(ids), tokenizer.padding_id, tokenizer.length)
    return f"{len(used):,} of {tokenizer.length:,} entries"


def main() -> None:
    """Print the table, and by what it was made."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--vocabulary", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True, help="folder with KLUE's v1.1 files")
    parser.add_argument("--rows", type=int, default=2048)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    given.learning_rate = 5e-5
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))
    bench = BENCHES[0]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        encoder = write_checkpoint(given.vocabulary, "bert", folder / "encoder", SIZES)
        files = write_rows(bench, given.data, folder, (given.rows, 100))
        found: dict[str, list[dict[str, float]]] = {variant: [] for variant in VARIANTS}
        for number in range(1, given.rounds + 1):
            for variant in VARIANTS:
                with tempfile.TemporaryDirectory(dir=folder) as output:
                    setting = {**setting_of(bench, given, encoder, number), **files}
                    found[variant].append(measure({**setting, "variant": variant, "output": output}))
                print(f"  {number} {variant}: {found[variant][-1]}", file=sys.stderr, flush=True)
        machine = platform.processor() or platform.machine()
        print(f"{machine}, {os.cpu_count()} cores, Python {platform.python_version()}")
        print(f"{given.rows:,} headlines use {counted(encoder, files['train'])}\n")
    print("| trainer | examples/s | of the whole table | peak MiB |\n| --- | --- | --- | --- |")
    whole = fastest(found[VARIANTS[1]], "examples_per_second")
    for variant, items in found.items():
        speed = fastest(items, "examples_per_second")
        peak = max(item["peak_mib"] for item in items)
        print(f"| {variant} | {speed:.1f} | {speed / whole:.2f} | {peak:,.0f} |")


if __name__ == "__main__":
    main()
