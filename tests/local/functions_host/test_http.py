import contextlib
import gzip
import json
import re
import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from local.functions_host.errors import HostError
from local.functions_host.http import BODY_LIMIT_SETTING, body_limit
from tests.local.functions_host.hosting import KEY, Host, running_host


def test_each_function_is_announced_with_what_triggers_it(host: Host) -> None:
    url = f"http://127.0.0.1:{host.port}"
    assert f"echo: httpTrigger [GET, POST] {url}/api/echo/{{word:alpha}}/{{number:int?}}" in host.lines
    assert "run_errand: queueTrigger errands" in host.lines
    assert "tick: timerTrigger * * * * * *" in host.lines
    assert host.lines[-1] == f"Ready on {url}"


def test_the_status_says_that_the_host_runs(host: Host) -> None:
    assert json.loads(host.call("GET", "/admin/host/status").body) == {"state": "Running"}


def test_a_function_gets_the_whole_request_and_gives_the_whole_answer(host: Host) -> None:
    path = "/api/echo/abc/7?a=1&a=2&empty="
    answer = host.call("POST", path, b"some text", {"X-Sent": "yes"})
    assert answer.status == 201
    assert json.loads(answer.body) == {
        "method": "POST",
        "url": f"http://127.0.0.1:{host.port}{path}",
        "route": {"word": "abc", "number": "7"},
        "query": {"a": "1,2"},
        "header": "yes",
        "body": "some text",
    }
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-answered"] == "yes"
    cookie = {part.strip() for part in answer.headers["set-cookie"].split(";")}
    assert cookie == {"flavour=oat", "Path=/", "Max-Age=60", "HttpOnly", "SameSite=Lax"}


def test_a_path_that_fits_no_route_is_not_found(host: Host) -> None:
    assert host.call("GET", "/api/echo/abc/seven").status == 404
    assert host.call("GET", "/echo/abc").status == 404


def test_a_method_that_no_function_takes_is_not_allowed(host: Host) -> None:
    answer = host.call("DELETE", "/api/echo/abc")
    assert answer.status == 405
    assert answer.headers["allow"] == "GET, POST"


def test_a_wildcard_takes_the_rest_of_the_path(host: Host) -> None:
    assert host.call("GET", "/api/files/a/b%20c.txt").body == b"a/b c.txt"
    assert host.call("GET", "/api/files").body == b"nothing"


def test_an_answer_to_head_has_no_body(host: Host) -> None:
    answer = host.call("HEAD", "/api/files/a")
    assert (answer.status, answer.headers["content-length"], answer.body) == (200, "1", b"")


def test_a_function_that_gives_no_answer_has_no_content(host: Host) -> None:
    answer = host.call("GET", "/api/nothing")
    assert (answer.status, answer.body) == (204, b"")


def test_a_failing_function_answers_500_and_its_stack_trace_is_logged(host: Host) -> None:
    answer = host.call("GET", "/api/failing")
    assert (answer.status, answer.body) == (500, b"")
    log = host.log.read_text()
    assert "] failing Function.failing: Executed 'Functions.failing' (Failed" in log
    assert "RuntimeError: this was bound to happen" in log
    assert "INFO [" in log
    assert "] failing root: about to fail" in log


def test_a_cancellation_that_escapes_a_function_is_a_failure(host: Host) -> None:
    assert host.call("GET", "/api/cancelled").status == 500


def test_a_body_of_more_than_100_mb_is_too_large(host: Host) -> None:
    headers = {"content-length": str(100 * 1024 * 1024 + 1)}
    assert host.call("POST", "/api/echo/abc", b"", headers).status == 413


def test_a_host_may_be_told_to_refuse_smaller_bodies(connection: str, tmp_path: Path) -> None:
    with running_host(connection, "no-errands", tmp_path, settings={BODY_LIMIT_SETTING: "1000"}) as host:
        assert host.call("POST", "/api/echo/abc", b"x" * 1_000).status == 201
        assert host.call("POST", "/api/echo/abc", b"x" * 1_001).status == 413


@pytest.mark.parametrize("headers", ["Content-Length: 52428800", "Transfer-Encoding: chunked"])
def test_bodies_over_the_limit_do_not_get_into_memory(connection: str, tmp_path: Path, headers: str) -> None:
    if not Path("/proc").is_dir():
        pytest.skip("Only Linux tells the most memory that a process has had.")
    with running_host(connection, "no-errands", tmp_path, settings={BODY_LIMIT_SETTING: "1048576"}) as host:
        assert host.call("POST", "/api/echo/abc", b"x" * 1_048_576).status == 201
        before = most_memory(host)
        with ThreadPoolExecutor(16) as clients:
            statuses = [*clients.map(lambda _: post_50_mb(host, headers), range(16))]
        assert statuses == [b"413"] * 16
        assert most_memory(host) - before < 100_000_000


def most_memory(host: Host) -> int:
    """In bytes, of the host and since it started."""
    (found,) = re.findall(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{host.process.pid}/status").read_text())
    return int(found) * 1_024


def post_50_mb(host: Host, headers: str) -> bytes:
    """The status of the answer to a body that is sent to its end, if the host lets it be sent."""
    piece = b"x" * 1_048_576
    framed = b"100000\r\n" + piece + b"\r\n" if "chunked" in headers else piece
    with socket.create_connection(("127.0.0.1", host.port), timeout=30) as client:
        client.sendall(f"POST /api/echo/abc HTTP/1.1\r\nHost: local\r\n{headers}\r\n\r\n".encode())
        with contextlib.suppress(ConnectionError):
            for _ in range(50):
                client.sendall(framed)
        return client.recv(12)[9:]


@pytest.mark.parametrize("text", ["0", "-1", "1 MB", "²"])
def test_a_limit_that_is_no_number_of_bytes_is_refused(text: str) -> None:
    with pytest.raises(HostError, match=f"^{BODY_LIMIT_SETTING} is {text!r}: expected a number of bytes.$"):
        body_limit({BODY_LIMIT_SETTING: text})


def test_a_compressed_body_reaches_the_function_as_it_was_sent(host: Host) -> None:
    answer = host.call("POST", "/api/echo/abc", gzip.compress(b"text"), {"Content-Encoding": "gzip"})
    assert "text" not in json.loads(answer.body)["body"]


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/api/guarded", {}, 401),
        ("/api/guarded", {"x-functions-key": "another"}, 401),
        ("/api/guarded", {"x-functions-key": KEY}, 200),
        (f"/api/guarded?code={KEY}", {}, 200),
        ("/admin/functions", {}, 401),
        ("/admin/functions", {"x-functions-key": KEY}, 200),
    ],
)
def test_what_is_guarded_needs_the_key(host: Host, path: str, headers: dict[str, str], status: int) -> None:
    assert host.call("GET", path, headers=headers).status == status
