"""The same pictures through every picture encoder of the project."""
