"""What Graph may answer is limited: in bytes after decompression, and in time."""

import asyncio
import gc
import gzip
import tracemalloc
import weakref
import zlib
from collections.abc import AsyncIterator

import httpx
import pytest

from callrecords.errors import Garbled, Throttled, Unavailable
from callrecords.graph import answers, client
from callrecords.graph.answers import MOST_BYTES
from tests.unit.graph.fake_graph import FakeGraph, get

PIECE = 64 * 1024


class Stream(httpx.AsyncByteStream):
    """The body in pieces, each after a pause; counts those that were taken."""

    def __init__(self, body: bytes, size: int = PIECE, pause: float = 0) -> None:
        self._body, self._size, self._pause = body, size, pause
        self.taken = 0
        self.is_closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for start in range(0, len(self._body), self._size):
            await asyncio.sleep(self._pause)
            self.taken += 1
            yield self._body[start : start + self._size]

    async def aclose(self) -> None:
        self.is_closed = True


def answer(stream: Stream, coding: str | None = None) -> httpx.Response:
    return httpx.Response(200, headers={"Content-Encoding": coding} if coding else {}, stream=stream)


async def test_nothing_is_left_of_an_answer_for_the_garbage_collector(graph: FakeGraph) -> None:
    given: list[weakref.ref[httpx.Response]] = []

    def answer_once(_: httpx.Request) -> httpx.Response:
        response = answer(Stream(b"{}"))
        given.append(weakref.ref(response))
        return response

    graph.answer = answer_once
    gc.disable()
    try:
        await get(graph)
        assert [each() for each in given] == [None]
    finally:
        gc.enable()


async def test_a_compressed_answer_is_read(graph: FakeGraph) -> None:
    graph.answer_in_turn([answer(Stream(gzip.compress(b'{"a": "' + b"b" * 100_000 + b'"}'), 100), "gzip")])
    assert await get(graph) == {"a": "b" * 100_000}
    assert graph.requests[0].headers["Accept-Encoding"] == "gzip"


async def test_a_compressed_answer_is_read_whole_however_much_it_grows(graph: FakeGraph) -> None:
    body = b'{"a": "' + b"b" * (MOST_BYTES - 100) + b'"}'
    compressed = gzip.compress(body, 1)
    graph.answer_in_turn([answer(Stream(compressed, len(compressed)), "gzip")])
    assert len((await get(graph))["a"]) == MOST_BYTES - 100


@pytest.mark.parametrize("coding", ["gzip", None])
async def test_an_answer_over_the_limit_is_garbled_and_not_read_to_its_end(
    graph: FakeGraph, monkeypatch: pytest.MonkeyPatch, coding: str | None
) -> None:
    monkeypatch.setattr(answers, "MOST_BYTES", 3 * PIECE)
    body = b" " * (9 * PIECE)
    stream = Stream(gzip.compress(body) if coding else body, 10 if coding else PIECE)
    graph.answer_in_turn([answer(stream, coding)])
    with pytest.raises(Garbled, match=rf"^Call record 1: Graph's answer has more than {3 * PIECE} bytes\.$"):
        await get(graph)
    assert stream.is_closed
    assert coding or stream.taken == 4


async def test_a_gigabyte_in_a_small_answer_takes_no_memory(graph: FakeGraph) -> None:
    compressor = zlib.compressobj(1, wbits=16 + zlib.MAX_WBITS)
    bomb = b"".join(compressor.compress(bytes(2**20)) for _ in range(1_024)) + compressor.flush()
    graph.answer_in_turn([answer(Stream(bomb, len(bomb)), "gzip")])
    tracemalloc.start()
    try:
        with pytest.raises(Garbled, match=rf"has more than {answers.MOST_BYTES} bytes\.$"):
            await get(graph)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 100 * 2**20


@pytest.mark.parametrize(("coding", "body"), [("gzip", b"no gzip at all"), ("br", b"{}"), ("deflate", b"{}")])
async def test_what_cannot_be_decompressed_is_garbled(graph: FakeGraph, coding: str, body: bytes) -> None:
    graph.answer_in_turn([answer(Stream(body), coding)])
    with pytest.raises(Garbled, match=r"^Call record 1: Graph's answer (is compressed|cannot be decompressed)"):
        await get(graph)


@pytest.mark.parametrize(
    ("coding", "body"), [("gzip", b"<h1>"), ("br", b"?"), ("deflate", zlib.compress(b"{}")), ("gzip", b"")]
)
async def test_an_error_means_what_its_status_says_whatever_its_body_is(
    graph: FakeGraph, coding: str, body: bytes
) -> None:
    headers = {"Content-Encoding": coding, "Content-Type": "application/json", "Retry-After": "7"}
    graph.answer_in_turn([httpx.Response(429, headers=headers, stream=Stream(body))])
    with pytest.raises(Throttled) as raised:
        await get(graph)
    assert raised.value.retry_after == 7


async def test_a_compressed_error_has_graphs_code(graph: FakeGraph) -> None:
    body = gzip.compress(b'{"error": {"code": "TooMany", "message": "Slow down"}}')
    headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
    graph.answer_in_turn([httpx.Response(429, headers=headers, stream=Stream(body))])
    with pytest.raises(Throttled, match=r"^Call record 1: Graph answered 429 TooMany\.$"):
        await get(graph)


async def test_what_comes_after_the_end_of_a_compressed_answer_is_not_read(graph: FakeGraph) -> None:
    body = gzip.compress(b'{"a": 1}')
    stream = Stream(body + bytes(100 * PIECE), len(body))
    graph.answer_in_turn([answer(stream, "gzip")])
    assert await get(graph) == {"a": 1}
    assert stream.taken == 1
    assert stream.is_closed


async def test_an_answer_that_comes_a_byte_at_a_time_is_given_back_within_its_time(
    graph: FakeGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "_ANSWER_SECONDS", 0.05)
    stream = Stream(b'{"id": 1}' * 10_000, 1, pause=0.005)
    graph.answer_in_turn([answer(stream)])
    with pytest.raises(Unavailable, match=r"^Call record 1: Graph did not answer within 0\.05 s\.$"):
        await get(graph)
    assert stream.taken < 100
