"""Rows -> encoded splits -> padded batches (torch)."""
