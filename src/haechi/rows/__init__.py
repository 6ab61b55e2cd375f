"""Rows of data files, read the same way by the verdict and by the training (torch-free)."""
