"""VQ-VAE: a picture as a map of whole numbers, each the name of an entry in a learned codebook."""
