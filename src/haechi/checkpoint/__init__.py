"""What a checkpoint's files say, without loading a weight (torch-free)."""
