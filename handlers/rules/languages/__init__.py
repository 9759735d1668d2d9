"""Says what a language's own words of grammar are: one module a language, tables only; nothing is decided here."""
