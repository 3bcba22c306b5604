"""What people and programs hand over, and what is written for them.

Tables, TOML, files on the disc.
"""
