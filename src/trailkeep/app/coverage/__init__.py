"""coverage: whether everything that should be in an archive is there, hour by hour."""
