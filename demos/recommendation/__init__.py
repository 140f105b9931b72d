"""The tab "Films": what a visitor sees of `core.recommendation`."""
