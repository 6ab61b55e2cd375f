"""The one place where a runtime tokenizer is built: what is judged is what trains (torch-free)."""
