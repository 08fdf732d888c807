"""The command line of operators."""

import base64
from collections.abc import AsyncIterator

import orjson
import pytest
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError, ResourceNotFoundError
from azure.storage.queue.aio import QueueClient

from callrecords.operate.commands import CommandMessage
from local import operate
from local.azurite import connection_string, running_azurite
from local.processes import free_port
from tests.invented import TENANT

NEVER = {"CallRecordsQueue": connection_string(9), "GRAPH_TENANT_ID": TENANT}
REPLAY = ("replay", "--queue", "call-records", "--every-reason")


@pytest.fixture(scope="module")
async def connection(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """The connection string of a queue service with the app's queues."""
    port = free_port()
    async with running_azurite(port, tmp_path_factory.mktemp("azurite")):
        yield connection_string(port)


@pytest.mark.parametrize(
    ("words", "fields"),
    [
        (REPLAY, {"action": "replay", "queue": "call-records"}),
        (
            ("discard", "--queue", "audit", "--reason", "Graph said: no"),
            {"action": "discard", "queue": "audit", "reason": "Graph said: no"},
        ),
        (
            ("audit", "--from", "2026-01-01", "--to", "2026-01-31"),
            {"action": "audit", "firstDay": "2026-01-01", "lastDay": "2026-01-31"},
        ),
        (
            ("derive", "--from", "2026-01-01", "--to", "2026-01-31", "--all"),
            {"action": "derive", "firstDay": "2026-01-01", "lastDay": "2026-01-31", "allRows": True},
        ),
    ],
)
async def test_a_command_is_put_on_the_queue_and_its_id_is_told(
    connection: str, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], fields: dict[str, object]
) -> None:
    environ = {"CallRecordsQueue": connection, "GRAPH_TENANT_ID": TENANT}
    arguments = operate.parser(environ).parse_args(words)
    assert await operate.give(arguments, environ) == 0
    async with QueueClient.from_connection_string(connection, "operations") as queue:
        message = await queue.receive_message()
        assert message
        await queue.delete_message(message)
    text = base64.b64decode(message.content).decode()
    command = CommandMessage.parse(text)
    assert orjson.loads(text).items() >= fields.items()
    assert command.tenant_id == TENANT
    assert f"Command {command.command_id} is on the queue" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("replay", "--queue", "call-records"), "one of the arguments --reason --every-reason is required"),
        (("replay", "--queue", "nope", "--every-reason"), "invalid choice: 'nope'"),
        (("audit", "--from", "2026-01-01", "--to", "then"), "to is 'then': expected a day"),
        (("discard", "--queue", "audit", "--reason", "x" * 501), "reason has 501 characters"),
        ((*REPLAY, "--tenant", "contoso.com"), "the tenant is 'contoso.com': expected a GUID"),
        (("discard", "--queue", "audit", "--reason", "\udcff"), "no UTF-8"),
        ((), "required: COMMAND"),
    ],
)
def test_what_is_no_command_is_refused_in_words(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...], said: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        operate.main(words, NEVER)
    assert ended.value.code == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("missing", "said"), [("GRAPH_TENANT_ID", "--tenant is missing"), ("CallRecordsQueue", "--account is missing")]
)
def test_what_is_neither_given_nor_in_the_environment_is_named(
    capsys: pytest.CaptureFixture[str], missing: str, said: str
) -> None:
    with pytest.raises(SystemExit):
        operate.main(REPLAY, {name: value for name, value in NEVER.items() if name != missing})
    assert said in capsys.readouterr().err


def test_a_queue_that_cannot_be_reached_is_told_without_a_key(capsys: pytest.CaptureFixture[str]) -> None:
    assert operate.main(REPLAY, NEVER) == 1
    assert capsys.readouterr().err == "The queue could not be reached (ServiceRequestError).\n"


def refused() -> HttpResponseError:
    error = HttpResponseError("AuthorizationPermissionMismatch")
    error.status_code = 403
    return error


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ClientAuthenticationError(), "az login"),
        (ResourceNotFoundError(), "no queue operations"),
        (refused(), f"the role {operate.ROLE} on the queue operations"),
        (ValueError(), "malformed"),
    ],
)
def test_a_refusal_of_azure_is_told_with_what_to_do(error: Exception, words: str) -> None:
    assert words in operate.in_words(error)


@pytest.mark.parametrize("words", [("--help",), ("replay", "--help"), ("derive", "--help")])
def test_help_needs_nothing(capsys: pytest.CaptureFixture[str], words: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as ended:
        operate.main(words, {})
    assert ended.value.code == 0
    assert "usage: scripts/operate" in capsys.readouterr().out
