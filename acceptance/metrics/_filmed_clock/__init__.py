"""The clock screen as films show it: shared by the metrics that read it."""
