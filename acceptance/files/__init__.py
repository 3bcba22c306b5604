"""What people and programs hand over, and what is written for them: tables, TOML, files on the disc."""
