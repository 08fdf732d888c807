"""Limits of what Graph may answer: a redirect is no answer, and neither is one without an end.

httpx follows no redirect by itself, and gives back a body of any size: 400 kB of gzip can be 1 GB.
"""

import contextlib
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
    assert isinstance(response.stream, httpx.AsyncByteStream)
    limited = _limited if response.is_success else _as_far_as_it_goes
    coding = response.headers.pop("Content-Encoding", None) or "identity"
    response.stream = _Body(response.stream, limited(response.stream, coding.lower()))


class _Body(httpx.AsyncByteStream):
    """The `pieces` that are made of a stream."""

    def __init__(self, stream: httpx.AsyncByteStream, pieces: AsyncIterator[bytes]) -> None:
        self._stream = stream
        self._pieces = pieces

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._pieces

    async def aclose(self) -> None:
        # httpx's stream has the response, which has this one: the bytes would wait for the garbage collector.
        stream, self._stream = self._stream, httpx.ByteStream(b"")
        await stream.aclose()


async def _as_far_as_it_goes(stream: httpx.AsyncByteStream, coding: str) -> AsyncIterator[bytes]:
    """The body of an error, whose status tells enough where the body cannot be read."""
    with contextlib.suppress(UnwantedAnswer):
        async for piece in _limited(stream, coding):
            yield piece


async def _limited(stream: httpx.AsyncByteStream, coding: str) -> AsyncIterator[bytes]:
    """The bytes of the stream, decompressed, as long as they are not too many."""
    if coding not in ("identity", "gzip"):
        raise UnwantedAnswer("Graph's answer is compressed in a way that was not asked for")
    inflate = zlib.decompressobj(_GZIP) if coding == "gzip" else None
    read = 0
    async for chunk in stream:
        for piece in _inflated(chunk, inflate) if inflate else (chunk,):
            read += len(piece)
            if read > MOST_BYTES:
                raise UnwantedAnswer(f"Graph's answer has more than {MOST_BYTES} bytes")
            yield piece
        if inflate and inflate.eof:
            return  # whatever comes after the end


def _inflated(chunk: bytes, inflate: "zlib._Decompress") -> Iterator[bytes]:
    while chunk and not inflate.eof:
        try:
            yield inflate.decompress(chunk, _PIECE)
        except zlib.error:
            raise UnwantedAnswer("Graph's answer cannot be decompressed") from None
        chunk = inflate.unconsumed_tail
