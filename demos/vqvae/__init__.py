"""The tab "VQ-VAE": what a visitor sees of `core.vqvae`."""
