"""One JSON line per event on standard output."""

import json
import logging
import sys
import time
from typing import Any

from common.settings import settings_without_secrets

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
    _logger.setLevel(settings_without_secrets().sangha_log_level.upper())
    _logger.propagate = False


def event(name: str, *, level: int = logging.INFO, error: bool = False, **fields: Any) -> None:
    """Logs `name` with `fields` (JSON values); `error` adds the traceback being handled."""
    if not _logger.handlers:
        _configure()
    _logger.log(level, name, extra={"fields": fields}, exc_info=error)
