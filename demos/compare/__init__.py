"""The tab that compares the encoders."""
