"""The city's rules, shown by example and by property."""
