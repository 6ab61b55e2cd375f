"""The deep check: what only a loaded model tells of a run, measured before it starts."""
