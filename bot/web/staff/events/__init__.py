"""The console's pages on which staff write events, take in lists and read what came of them; no rule of their own."""
