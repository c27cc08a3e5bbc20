"""EventBridge: event buses, their rules, and where what matches them goes."""
