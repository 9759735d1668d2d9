"""The console's pages of broadcasts: to look at, to write, to check, to send; they hold no rule of their own."""
