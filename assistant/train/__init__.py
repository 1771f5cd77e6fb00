"""Readers are trained on SQuAD JSON and question sets, averaged and exported."""
