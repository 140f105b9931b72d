"""The tab "VAE": the page of `core.vae`."""
