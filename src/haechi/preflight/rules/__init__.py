"""One rule a file, found by discovery."""
