"""The tab "Contrastive views": what a visitor sees of `core.contrastive`."""
