"""verify: whether the logs of an archive are what CloudTrail wrote, account by account, Region by Region."""
