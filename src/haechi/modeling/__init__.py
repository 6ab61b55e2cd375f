"""Encoder, pooling and head, assembled into one model (torch)."""
