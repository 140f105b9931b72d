"""The tab "Rotation": what a visitor sees of `core.rotation`."""
