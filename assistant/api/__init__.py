"""JSON and text of answers, and the endpoints that give them."""
