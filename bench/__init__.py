"""Benchmarks: each prints its figures against a bar and exits non-zero below it."""
