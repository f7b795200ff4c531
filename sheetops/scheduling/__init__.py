"""Runs on time: slots, the loop that stays, the text for other schedulers, and the fleet."""
