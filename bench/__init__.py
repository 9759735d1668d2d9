"""Measures and proves: programs run by hand against the real bot; no part of the product imports them."""
