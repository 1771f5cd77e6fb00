"""Question sets are read, checked and become `Question` records with their gold."""
