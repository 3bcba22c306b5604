"""Files that people hand over, and files written for them: tables, TOML, output on the disk."""
