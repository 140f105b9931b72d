"""The tab "Masked pictures": what a visitor sees of `core.masked`."""
