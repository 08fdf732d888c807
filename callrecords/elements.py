"""The long lists of a call record, compressed: pure.

A session has about 5 kB of JSON, takes 40 kB of memory, and 0.4 kB when it is compressed. So only the page that Graph
gave last is there as JSON objects. The others are JSON lines in gzip: any language reads these, and they may be joined.
"""

import gzip
import zlib
from collections.abc import Collection, Iterable, Iterator

import orjson

from callrecords.errors import Unreadable
from callrecords.graphtypes import JsonObject

_LEVEL = 6


class Elements(Collection[JsonObject]):
    """JSON objects in order. To iterate raises Unreadable where what is compressed is damaged."""

    def __init__(self, latest: Iterable[JsonObject] = (), chunks: Iterable[bytes] = ()) -> None:
        """Those in `chunks`, as `compressed` gave them, and after them `latest`."""
        self._chunks = list(chunks)
        self._latest = list(latest)
        self._latest_compressed: bytes | None = None

    def add(self, elements: list[JsonObject]) -> None:
        """Adds elements, and compresses those that were there."""
        self._chunks = self.compressed()
        self._latest, self._latest_compressed = elements, None

    def compressed(self) -> list[bytes]:
        """All of them, in order: JSON lines in gzip."""
        if not self._latest:
            return [*self._chunks]
        self._latest_compressed = self._latest_compressed or compress(self._latest)
        return [*self._chunks, self._latest_compressed]

    def check(self) -> None:
        """Raises Unreadable where what is compressed is damaged."""
        for chunk in self._chunks:
            decompress(chunk)

    @property
    def held_bytes(self) -> int:
        """The bytes of those that are compressed already."""
        return sum(map(len, self._chunks))

    def __iter__(self) -> Iterator[JsonObject]:
        for chunk in self._chunks:
            yield from decompress(chunk)
        yield from self._latest

    def __bool__(self) -> bool:
        return bool(self._chunks or self._latest)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __contains__(self, element: object) -> bool:
        return any(each == element for each in self)

    def __eq__(self, other: object) -> bool:
        return list(self) == list(other) if isinstance(other, Elements | list) else NotImplemented

    __hash__ = None  # type: ignore[assignment]


def compress(elements: Iterable[JsonObject]) -> bytes:
    """The elements as JSON lines in gzip: the same bytes for the same elements."""
    lines = b"".join(orjson.dumps(each, option=orjson.OPT_APPEND_NEWLINE) for each in elements)
    return gzip.compress(lines, _LEVEL, mtime=0)


def decompress(chunk: bytes) -> list[JsonObject]:
    """What was compressed. Raises Unreadable for anything else."""
    try:
        lines = gzip.decompress(chunk).splitlines()
        found = orjson.loads(b"[" + b",".join(lines) + b"]")
    except (OSError, EOFError, zlib.error, orjson.JSONDecodeError):
        raise Unreadable("What is compressed is no JSON lines in gzip.") from None
    if not all(isinstance(each, dict) for each in found):
        raise Unreadable("What is compressed are no JSON objects.")
    return list(found)
