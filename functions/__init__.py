"""One file per endpoint: path = URL = handler."""

from common import cold_start

cold_start.begin()
