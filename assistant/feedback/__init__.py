"""What people say about answers: stored, read, and made into questions with gold."""
