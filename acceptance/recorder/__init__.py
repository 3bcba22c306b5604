"""What a recorder has kept: its files or its list, placed in time."""
