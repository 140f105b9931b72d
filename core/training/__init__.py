"""What trains: recipes, the loop, the folders of runs, and the way from a run to a checkpoint."""
