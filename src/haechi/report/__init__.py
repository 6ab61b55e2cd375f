"""The report of runs and sweeps: what was best, by how much, and whether that is more than the noise."""
