"""A stage on AWS: `make secrets`, `make deploy`, `make remove`."""
