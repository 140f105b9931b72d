"""VQ-VAE: a picture as a map of indices into a learned codebook (van den Oord et al. 2017)."""
