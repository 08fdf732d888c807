"""Answers that nobody should read to their end: one that has none, and one that is huge when it is decompressed."""

import asyncio
import contextlib
import functools
import zlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from aiohttp import web

_JSON = {"Content-Type": "application/json"}
_MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Endless:
    """200, and then a byte every `seconds`, for as long as the caller listens: `lasted` tells how long each did."""

    seconds: float = 1.0
    lasted: list[float] = field(default_factory=list)

    async def inject(self, request: web.Request, answer: Callable[[], Awaitable[web.Response]]) -> web.StreamResponse:
        loop = asyncio.get_running_loop()
        began, response = loop.time(), web.StreamResponse(headers=_JSON)
        try:
            await response.prepare(request)
            await response.write(b"{")
            while True:
                await asyncio.sleep(self.seconds)
                await response.write(b" ")
        except ConnectionError:  # the caller had enough
            return response
        finally:
            self.lasted.append(loop.time() - began)


@dataclass(frozen=True)
class Huge:
    """200 with a JSON object of `megabytes`, which are spaces: about a kilobyte of gzip each."""

    megabytes: int = 1024

    async def inject(self, request: web.Request, answer: Callable[[], Awaitable[web.Response]]) -> web.StreamResponse:
        response = web.StreamResponse(headers={**_JSON, "Content-Encoding": "gzip"})
        with contextlib.suppress(ConnectionError):
            start, block, end = _compressed(self.megabytes)
            await response.prepare(request)
            await response.write(start)
            for _ in range(self.megabytes):
                await response.write(block)
            await response.write_eof(end)
        return response


@functools.cache
def _compressed(megabytes: int) -> tuple[bytes, bytes, bytes]:
    """The start of the gzip, the block that is a megabyte of it, to be repeated, and its end."""
    spaces = b" " * _MEGABYTE
    deflate = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)

    def flushed(text: bytes) -> bytes:
        return deflate.compress(text) + deflate.flush(zlib.Z_FULL_FLUSH)  # what follows does not refer to it

    header = bytes.fromhex("1f8b08000000000000ff")
    start, block, end = header + flushed(b"{"), flushed(spaces), deflate.compress(b"}") + deflate.flush()
    checksum = zlib.crc32(b"{")
    for _ in range(megabytes):
        checksum = zlib.crc32(spaces, checksum)
    checksum = zlib.crc32(b"}", checksum)
    size = megabytes * _MEGABYTE + 2
    return start, block, end + checksum.to_bytes(4, "little") + (size % 2**32).to_bytes(4, "little")
