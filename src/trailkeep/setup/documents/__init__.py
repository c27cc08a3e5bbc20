"""The policy documents trailkeep writes, one file each."""
