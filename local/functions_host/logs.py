"""What the app and the host log, on stderr."""

import logging
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

type Invocation = tuple[str, str]


def configure(levels: Mapping[str, int], current_invocation: Callable[[], Invocation | None]) -> None:
    """Logs to stderr at the levels of host.json.

    A category is the logger's name; within a function it is `Function.NAME.User`, and then the logger's own level
    applies as well (https://learn.microsoft.com/azure/azure-functions/configure-monitoring#configure-categories).
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(_Categories(levels, current_invocation))
    handler.setFormatter(_Formatter())
    logging.basicConfig(handlers=[handler], level=min(levels.values()), force=True)
    for category, level in levels.items():
        if category != "default":
            logging.getLogger(category.lower()).setLevel(level)
    # The worker's records of its own doings: Azure keeps them from the app's log, and they cost time.
    logging.getLogger("azure.functions").disabled = True


class _Categories(logging.Filter):
    """Drops what is below its category's level, and tells the formatter which invocation logs."""

    def __init__(self, levels: Mapping[str, int], current_invocation: Callable[[], Invocation | None]) -> None:
        super().__init__()
        self._levels = {category.lower(): level for category, level in levels.items()}
        self._current_invocation = current_invocation

    def filter(self, record: logging.LogRecord) -> bool:
        invocation = self._current_invocation()
        invocation_id, function = invocation or ("", "")
        record.invocation = f"[{invocation_id[:8]}] {function} " if invocation else ""
        category = f"Function.{function}.User" if invocation else record.name
        return record.levelno >= self._level(category.lower())

    def _level(self, category: str) -> int:
        while category and category not in self._levels:
            category = category.rpartition(".")[0]
        return self._levels[category or "default"]


class _Formatter(logging.Formatter):
    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(invocation)s%(name)s: %(message)s")

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802 - logging's name
        time = datetime.fromtimestamp(record.created, UTC)
        return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")
