"""One file per endpoint: path = URL = handler."""
