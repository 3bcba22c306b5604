"""Sessions by the hundred: the database that mirrors them, what is asked of it, comparisons."""
