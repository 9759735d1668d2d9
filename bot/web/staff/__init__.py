"""The pages of the people at the desk: events, seats, the door, lists, a seminar's word."""
