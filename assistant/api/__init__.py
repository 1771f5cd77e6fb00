"""Answers as JSON and text, and the endpoints that return them."""
