"""Many questions at once: rows, figures with their uncertainty, and BEIR's retrieval sets."""
