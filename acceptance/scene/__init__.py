"""A clip seen through its charts: all that a metric may see."""
