"""The tab "Does it help?": what a visitor sees of `core.generation`."""
