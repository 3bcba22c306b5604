"""Laboratories, or rounds, compared: plan, forms, precision, scores, one page."""
