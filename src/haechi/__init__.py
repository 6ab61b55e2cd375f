"""Haechi: fine-tuning of Korean transformer encoders without the silent mistakes."""
