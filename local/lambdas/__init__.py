"""AWS Lambda on this machine: its own runtime client runs an artifact, as deployed."""
