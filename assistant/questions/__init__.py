"""Question sets with their gold: files are read and checked, and become `Question` records."""
