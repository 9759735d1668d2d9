"""What every channel must do, and what each does in its own way."""
