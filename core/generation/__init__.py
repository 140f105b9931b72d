"""A study of GANs with and without self-supervision: six arms and their Frechet distances."""
