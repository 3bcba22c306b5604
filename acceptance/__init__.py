"""Acceptance toolkit for DB50/216-2006: footage in, signed acceptance report out."""

__version__ = "0.5.0"
