"""The tab "Masked pictures": the page of `core.masked`."""
