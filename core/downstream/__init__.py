"""What features are good for: k-nearest neighbours, a linear probe, retrieval."""
