"""How the functions get to AWS: what each one ships, built from the tree. Never deployed itself."""
