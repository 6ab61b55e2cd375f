"""Rows -> encoded splits -> padded batches (torch), and outputs -> tags and answers."""
