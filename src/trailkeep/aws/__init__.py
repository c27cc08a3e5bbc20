"""What does AWS say, and how is it changed? The only room that knows boto3."""
