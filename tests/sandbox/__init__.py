"""Shows that the sandbox is as strict as the manuals, and that it fails as real platforms do."""
