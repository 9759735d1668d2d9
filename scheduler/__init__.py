"""Acts when its time has come, and does all the sending."""
