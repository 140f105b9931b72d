"""BERT: hide some words of a text, let a network that sees both sides of each gap say what stood there."""
