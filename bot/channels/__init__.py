"""One package a platform; each only translates, and knows nothing of the others."""
