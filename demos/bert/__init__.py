"""The tab "BERT": what a visitor sees of `core.bert`."""
