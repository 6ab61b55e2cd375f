"""Judging a run before a weight is loaded: every mismatch, all at once, each with the override to type."""
