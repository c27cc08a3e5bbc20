"""What CloudTrail and Config deliver: events, log files, signed digests, configuration files, on the lab's clock."""
