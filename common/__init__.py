"""The thin shared layer: edges that do I/O, and rules that are pure."""
