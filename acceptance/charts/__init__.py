"""Test charts: what they are, how they are drawn, and where one lies in a picture."""
