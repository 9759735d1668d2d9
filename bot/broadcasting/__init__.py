"""Lets staff work with broadcasts from the command line, until there is a console."""
