"""The tab "GPT-2": what a visitor sees of `core.gpt2`."""
