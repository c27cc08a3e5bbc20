"""Is the organization as it should be? Checks with evidence, judged on the organization as one object."""
