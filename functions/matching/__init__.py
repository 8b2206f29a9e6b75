"""Matching: people into voice rooms of their own."""
