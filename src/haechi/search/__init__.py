"""Optuna for sweeps that search: spaces in Hydra's grammar, studies that are kept, trials that end early."""
