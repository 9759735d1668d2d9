"""Decides and answers; never sends."""
