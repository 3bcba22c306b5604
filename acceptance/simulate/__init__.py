"""A camera of known quality films the charts: truth for tests, footage for the demo."""
