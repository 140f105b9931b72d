"""The tab "GAN": what a visitor sees of `core.gan`."""
