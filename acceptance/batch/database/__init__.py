"""The results database: its tables, what is entered, what is asked."""
