"""The log archive, on S3 or in a folder. The only place that knows obstore."""
