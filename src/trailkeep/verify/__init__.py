"""Whether the logs are intact and complete: digests, chains, log files, and what should be there but is not."""
