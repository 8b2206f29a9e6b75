"""One JSON line per event on standard output; a vendor's outage is one line, not one a request."""

import json
import logging
import sys
import time
from typing import Any

from common.settings import settings

_logger = logging.getLogger("sangha")


class JsonLines(logging.Formatter):
    """Formats a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Returns {time, level, event, …fields} and, with an error, its traceback."""
        line: dict[str, Any] = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
            + f".{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def _configure() -> None:
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonLines())
    _logger.addHandler(handler)
    _logger.setLevel(settings().sangha_log_level.upper())
    _logger.propagate = False


def event(name: str, *, level: int = logging.INFO, error: bool = False, **fields: Any) -> None:
    """Logs `name` with `fields` (JSON values); `error` adds the traceback being handled."""
    if not _logger.handlers:
        _configure()
    _logger.log(level, name, extra={"fields": fields}, exc_info=error)


outages: "list[Outage]" = []
"""Every edge's, for tests to end."""


class Outage:
    """Whether a vendor is away, as this process sees it: logged when it begins and ends."""

    REPEAT_S = 300  # a long outage says so again every five minutes

    def __init__(self, vendor: str) -> None:
        self.vendor = vendor
        self._last_logged: float | None = None
        self._failures = 0
        outages.append(self)

    def failed(self, reason: str) -> None:
        """Notes a failure; logs the first, then one every REPEAT_S."""
        self._failures += 1
        now = time.monotonic()
        if self._last_logged is None or now - self._last_logged >= self.REPEAT_S:
            self._last_logged = now
            event(
                "vendor_away",
                level=logging.ERROR,
                vendor=self.vendor,
                reason=reason,
                failures=self._failures,
            )

    def answered(self) -> None:
        """Notes an answer; logs the end of an outage."""
        if self._last_logged is not None:
            event("vendor_back", vendor=self.vendor, failures=self._failures)
            self._last_logged = None
            self._failures = 0
