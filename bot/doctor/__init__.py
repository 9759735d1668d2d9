"""Looks at everything the bot stands on and says what to do about what is not right. Changes nothing, sends nothing."""
