"""What people say about answers: stored, and read again."""
