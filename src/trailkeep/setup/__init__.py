"""What should be, against what is."""
