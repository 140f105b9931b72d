"""Ways to host the page: a Space of Hugging Face, a container behind nginx."""
