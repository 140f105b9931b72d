"""Does self-supervision help a generator? Six ways to train one, and the distances they reach."""
