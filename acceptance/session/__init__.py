"""A plan in, a session out; what comes in, where it is put together, what it rests on."""
