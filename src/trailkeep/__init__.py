"""trailkeep: the central logging of an AWS organization, set up, protected and proved."""

__version__ = "0.1.0"
