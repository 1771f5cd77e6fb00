"""A reader of your own: trained on SQuAD JSON, calibrated on the articles that were held out."""
