"""Scheduled jobs around a customer-service team's shared sheet."""

__version__ = "0.1.0"
