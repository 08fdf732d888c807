"""Runs coroutines in simulated time: nothing is waited for, the clock jumps to whatever is due next."""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any


class _Selector(selectors.BaseSelector):
    """Says at once that nothing came; what was to be waited for has passed on the clock."""

    def __init__(self) -> None:
        self.now = 0.0
        self._selector = selectors.DefaultSelector()

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise RuntimeError("Everything waits for something that will never come.")
        self.now += max(timeout, 0)
        return self._selector.select(0)

    def register(self, fileobj: int, events: int, data: object = None) -> selectors.SelectorKey:  # type: ignore[override]
        return self._selector.register(fileobj, events, data)

    def unregister(self, fileobj: int) -> selectors.SelectorKey:  # type: ignore[override]
        return self._selector.unregister(fileobj)

    def get_map(self) -> Any:
        return self._selector.get_map()

    def close(self) -> None:
        self._selector.close()


class _VirtualLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._virtual = _Selector()
        super().__init__(self._virtual)

    def time(self) -> float:
        return self._virtual.now


def run_virtually[T](main: Coroutine[object, object, T]) -> T:
    """What `main` comes to, by a clock that starts at 0; `asyncio.sleep` and `loop.time` are of that clock."""
    with asyncio.Runner(loop_factory=_VirtualLoop) as runner:
        return runner.run(main)
