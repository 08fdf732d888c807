"""Limits of what Graph may answer: a redirect is no answer, and neither is one without an end.

httpx follows no redirect by itself, and gives back a body of any size: 400 kB of gzip can be 1 GB.
"""

import zlib
from collections.abc import AsyncIterator, Iterator

import httpx

# A page of 60 sessions has 0.3 MB on average and some MB at most.
MOST_BYTES = 32 * 1024 * 1024
_PIECE = 256 * 1024
_GZIP = 16 + zlib.MAX_WBITS


class UnwantedAnswer(httpx.HTTPError):
    """Graph answered, but not with what may be read; the message says what it was."""


async def check(response: httpx.Response) -> None:
    """Refuses a redirect, and limits the bytes of the body: an event hook of httpx, which calls it before it reads."""
    if response.is_redirect:
        raise UnwantedAnswer(f"Graph answered {response.status_code}, a redirect")
    coding = response.headers.get("Content-Encoding", "identity").lower()
    if coding not in ("identity", "gzip"):
        raise UnwantedAnswer("Graph's answer is compressed in a way that was not asked for")
    assert isinstance(response.stream, httpx.AsyncByteStream)
    response.stream = _Limited(response.stream, is_compressed=coding == "gzip")
    response.headers.pop("Content-Encoding", None)


class _Limited(httpx.AsyncByteStream):
    """The bytes of `stream`, decompressed, as long as they are not too many."""

    def __init__(self, stream: httpx.AsyncByteStream, *, is_compressed: bool) -> None:
        self._stream = stream
        self._inflate = zlib.decompressobj(_GZIP) if is_compressed else None

    async def __aiter__(self) -> AsyncIterator[bytes]:
        read = 0
        async for chunk in self._stream:
            for piece in self._inflated(chunk):
                read += len(piece)
                if read > MOST_BYTES:
                    raise UnwantedAnswer(f"Graph's answer has more than {MOST_BYTES} bytes")
                yield piece

    def _inflated(self, chunk: bytes) -> Iterator[bytes]:
        if self._inflate is None:
            yield chunk
            return
        while chunk:
            try:
                yield self._inflate.decompress(chunk, _PIECE)
            except zlib.error:
                raise UnwantedAnswer("Graph's answer cannot be decompressed") from None
            chunk = self._inflate.unconsumed_tail

    async def aclose(self) -> None:
        await self._stream.aclose()
