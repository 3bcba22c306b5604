"""Packs and judging: measurements and answers in, findings out; no pixel is known here."""
