"""A plain fine-tuning script, as tutorials have it: AutoTokenizer, AutoModelForSequenceClassification,
Trainer. `python benchmarks/stock.py '{"checkpoint": DIR, "train": FILE, "validation": FILE, ...}'`

Prints one JSON object: how it ended, and after how many seconds.
"""

import csv
import json
import sys
import time

started = time.perf_counter()
setting = json.loads(sys.argv[1])


def read(path: str) -> list[dict[str, str]]:
    """Rows of a tsv file."""
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def main() -> str:
    """Train and evaluate once; the text says how well."""
    import numpy as np
    from sklearn.metrics import f1_score
    from transformers import (
        AutoConfig,
        AutoModelForSequenceClassification,
        AutoTokenizer,
        DataCollatorWithPadding,
        Trainer,
        TrainingArguments,
        set_seed,
    )

    set_seed(42)
    train, validation = read(setting["train"]), read(setting["validation"])
    labels = sorted({row["label"] for row in train + validation})
    tokenizer = AutoTokenizer.from_pretrained(setting.get("tokenizer", setting["checkpoint"]))
    if setting.get("add_tokens"):
        tokenizer.add_tokens(setting["add_tokens"])
    count = setting.get("num_labels", len(labels))
    config = AutoConfig.from_pretrained(setting["checkpoint"], num_labels=count, **setting.get("config", {}))
    model = AutoModelForSequenceClassification.from_pretrained(setting["checkpoint"], config=config)

    def encode(rows: list[dict[str, str]]) -> list[dict[str, object]]:
        pairs = [row["text_pair"] for row in rows] if "text_pair" in rows[0] else None
        inputs = tokenizer(
            [row["text"] for row in rows], pairs, truncation=True, max_length=setting.get("max_length", 128)
        )
        return [
            {key: inputs[key][index] for key in inputs} | {"labels": labels.index(row["label"])}
            for index, row in enumerate(rows)
        ]

    arguments = TrainingArguments(
        output_dir=setting["output"],
        num_train_epochs=1,
        per_device_train_batch_size=32,
        learning_rate=5e-4,
        eval_strategy="epoch",
        save_strategy="epoch",
        load_best_model_at_end=True,
        metric_for_best_model=setting.get("metric", "macro_f1"),
        report_to=[],
        disable_tqdm=True,
        use_cpu=True,
    )
    trainer = Trainer(
        model=model,
        args=arguments,
        train_dataset=encode(train),
        eval_dataset=encode(validation),
        data_collator=DataCollatorWithPadding(tokenizer),
        compute_metrics=lambda found: {
            "macro_f1": f1_score(found.label_ids, np.argmax(found.predictions, -1), average="macro")
        },
    )
    trainer.train()
    return f"finished, macro F1 {trainer.evaluate()['eval_macro_f1']:.3f}"


if __name__ == "__main__":
    try:
        ended = main()
    except BaseException as error:
        ended = f"{type(error).__name__}: {str(error).splitlines()[0][:70] if str(error) else ''}"
    sys.stdout.write(json.dumps({"ended": ended, "seconds": time.perf_counter() - started}) + "\n")
