"""AWS Config's managed rules about logging, as pure functions of what an account has in one Region."""
