"""The verbs: read, decide, act."""
