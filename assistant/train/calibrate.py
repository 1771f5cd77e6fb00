"""A reader's scores become probabilities, fitted on the split `dev` of the question sets."""

from pathlib import Path


def calibrate_reader(folder: Path) -> None:
    """Fit the calibration and threshold of the reader in a folder, and write them there."""
    del folder
