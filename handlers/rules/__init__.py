"""The city's rules as pure functions over frozen facts."""
