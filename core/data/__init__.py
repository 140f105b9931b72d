"""What the dashboard knows: self-supervised methods on PyTorch, without a word about the page."""
