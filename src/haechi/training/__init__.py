"""Trainers, metrics and precision (torch)."""
