"""The whole stack on one machine, with no account, Docker or root."""
