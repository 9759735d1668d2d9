"""LINE's adapter."""
