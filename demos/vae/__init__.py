"""The tab "VAE": what a visitor sees of `core.vae`."""
