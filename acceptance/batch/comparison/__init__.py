"""Devices and vendors compared: figures, tables, one page."""
