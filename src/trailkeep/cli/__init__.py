"""What a person asked, and how it is said."""
