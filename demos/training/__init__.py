"""The part of a tab in which visitors train a network themselves: layout and handlers, views, curves, words."""
