"""The tab "VQ-VAE": the page of `core.vqvae`."""
