"""Why logs are missing, gone, uneven or not kept: every known cause confirmed, ruled out, or said to be unknown."""
