"""The tab "Audio": what a visitor sees of `core.audio`."""
