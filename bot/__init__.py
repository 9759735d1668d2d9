"""Meets the outside world and starts everything."""
