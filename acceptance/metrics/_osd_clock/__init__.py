"""A clock burnt into the picture: shared by the metrics that read it."""
