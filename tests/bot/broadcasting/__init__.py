"""Tests of broadcasts from the command line."""
