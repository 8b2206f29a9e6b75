"""Blocks: whom somebody doesn't want to meet."""
