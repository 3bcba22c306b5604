"""Reports signed, issued and verified."""
