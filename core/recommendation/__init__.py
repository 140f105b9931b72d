"""Recommendation: hide a film in the order in which somebody rated films, and guess which one it was."""
