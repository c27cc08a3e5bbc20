"""Security Hub CSPM: hubs, central configuration, and findings; of the newer Security Hub only whether it is on."""
