"""Draws words and numbers that others found and worded, with Pillow; asks no database and chooses no words."""
