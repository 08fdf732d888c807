"""The script that waits until a deployment is healthy, against an app that answers on this machine."""

import contextlib
import http.server
import json
import shutil
import threading
from collections.abc import Callable, Iterator
from http import HTTPStatus

import pytest

from callrecords.operate.report import HealthReport, Link
from tests.infra.commands import Commands
from tests.invented import NOW

TRIGGER = "/admin/functions/renew_subscription_on_schedule"


class DeployedApp(http.server.ThreadingHTTPServer):
    """Answers health/details with each of `reports` in turn, the last again and again; notes who asked what."""

    def __init__(self, *reports: HealthReport | HTTPStatus, healthy_to_all: bool = False) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.reports = list(reports)
        self.healthy_to_all = healthy_to_all
        self.asked: list[tuple[str, str]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def next_report(self) -> tuple[HTTPStatus, bytes]:
        """Status and body of health/details."""
        report = self.reports.pop(0) if len(self.reports) > 1 else self.reports[0]
        if isinstance(report, HTTPStatus):
            return report, b""
        status = HTTPStatus.OK if report.healthy else HTTPStatus.SERVICE_UNAVAILABLE
        return status, json.dumps(report.as_json(), separators=(",", ":")).encode()


class _Handler(http.server.BaseHTTPRequestHandler):
    server: DeployedApp

    def do_GET(self) -> None:
        if self.path == "/api/health/details":
            self._answer(*self.server.next_report())
        else:
            self._answer(HTTPStatus.OK if self.server.healthy_to_all else HTTPStatus.SERVICE_UNAVAILABLE, b"")

    def do_POST(self) -> None:
        self._answer(HTTPStatus.ACCEPTED, b"")

    def _answer(self, status: HTTPStatus, body: bytes) -> None:
        self.server.asked.append((self.path, self.headers["x-functions-key"] or ""))
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


@pytest.fixture
def quick(commands: Commands) -> Commands:
    """az knows the keys of the app, and no time passes."""
    if not shutil.which("curl"):
        pytest.skip("There is no curl here.")
    commands.answer("az", {"*masterKey*": "echo the-master-key", "*functionKeys.default*": "echo the-function-key"})
    commands.answer("sleep", {})
    return commands


type Serve = Callable[..., DeployedApp]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Serves a DeployedApp until the test has ended."""
    with contextlib.ExitStack() as served:

        def serve(*reports: HealthReport | HTTPStatus, healthy_to_all: bool = False) -> DeployedApp:
            app = served.enter_context(DeployedApp(*reports, healthy_to_all=healthy_to_all))
            thread = threading.Thread(target=app.serve_forever, args=(0.01,))
            thread.start()
            served.callback(thread.join)
            served.callback(app.shutdown)
            return app

        yield serve


def started(commands: Commands, app: DeployedApp) -> tuple[int, str, str]:
    """Status, output and complaints of the script."""
    environment = {"AZURE_RESOURCE_GROUP": "rg-test", "FUNCTION_APP_NAME": "func-test", "FUNCTION_APP_URL": app.url}
    done = commands.run("start-collecting", **environment)
    return done.returncode, done.stdout, done.stderr


def broken(**links: str) -> HealthReport:
    return HealthReport({name: Link(why) for name, why in links.items()}, NOW)


WHOLE = HealthReport({"graph": Link(), "subscription": Link()}, NOW)
REFUSED = broken(graph='Call records: Graph answered 403 Forbidden: "No" to all.')
NONE_YET = broken(subscription="there is none yet")


def test_it_says_which_link_is_broken_until_none_is(quick: Commands, serve: Serve) -> None:
    status, said, _ = started(quick, serve(REFUSED, REFUSED, NONE_YET, WHOLE))
    assert status == 0
    assert said.splitlines() == [
        'Waiting for graph: Call records: Graph answered 403 Forbidden: \\"No\\" to all.',
        "Waiting for subscription: there is none yet.",
        "Every link from Graph to Cosmos DB holds.",
    ]


def test_it_has_the_subscription_made_when_only_that_is_missing(quick: Commands, serve: Serve) -> None:
    app = serve(HTTPStatus.NOT_FOUND, REFUSED, NONE_YET, WHOLE)
    started(quick, app)
    details = ("/api/health/details", "the-function-key")
    assert app.asked == [details, details, details, (TRIGGER, "the-master-key"), details]


def test_it_stops_after_some_minutes_and_says_what_is_wrong(quick: Commands, serve: Serve) -> None:
    status, _, complaint = started(quick, serve(REFUSED))
    assert status == 1
    assert complaint.startswith("After 10 minutes the chain still does not hold. graph: Call records: Graph answered 4")
    assert quick.calls("sleep") == ["15"] * 40


def test_with_sign_in_it_asks_what_everybody_may_know(quick: Commands, serve: Serve) -> None:
    app = serve(HTTPStatus.UNAUTHORIZED, healthy_to_all=True)
    assert started(quick, app) == (0, "Every link from Graph to Cosmos DB holds.\n", "")
    assert app.asked[-1] == ("/api/health", "")


def test_with_sign_in_it_cannot_say_which_link_is_broken(quick: Commands, serve: Serve) -> None:
    app = serve(HTTPStatus.UNAUTHORIZED)
    status, said, _ = started(quick, app)
    assert status == 1
    assert said == f"Waiting for some link: {app.url}/api/health/details tells those who sign in which and why.\n"
