"""A reader of your own: trained on SQuAD JSON and question sets, averaged, exported, calibrated."""
