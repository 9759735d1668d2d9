"""Remembers; the only floor that knows the database."""
