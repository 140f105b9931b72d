"""Recommendation: hide a film in the order in which somebody rated films, and predict which one it was."""
