import os
import re
import signal
import socket
from collections.abc import Mapping
from pathlib import Path

import pytest

from local.functions_host import WAS_IDLE
from tests.local.functions_host.hosting import encoded, open_queue, running_host, small_app, start, wait_until


def refused(app: Path, settings: Mapping[str, str] | None = None, port: int = 0) -> str:
    """The last line that a host says that does not start."""
    log = app / "host.log"
    with start(app, settings or {}, log, "--port", str(port)) as process:
        process.communicate(timeout=20)
        assert process.returncode == 1
    assert "Traceback" not in log.read_text()
    return log.read_text().splitlines()[-1]


def test_sigterm_lets_functions_finish_gives_back_what_they_do_not_and_leaves_no_process(
    connection: str, tmp_path: Path
) -> None:
    with open_queue(connection, "long-errands") as queue, running_host(connection, "long-errands", tmp_path) as host:
        queue.send_message(encoded("take 1"))
        queue.send_message(encoded("take 60"))
        wait_until(lambda: host.seen_of("take 1") and host.seen_of("take 60"))
        host.process.terminate()
        assert host.process.wait(timeout=15) == 0
        with pytest.raises(ProcessLookupError):
            os.killpg(host.process.pid, 0)
        assert [message.content for message in queue.peek_messages(32)] == [encoded("take 60")]
        assert queue.get_queue_properties().approximate_message_count == 1


def test_sigint_ends_an_idle_host_at_once(connection: str, tmp_path: Path) -> None:
    with running_host(connection, "no-errands", tmp_path) as host:
        host.process.send_signal(signal.SIGINT)
        assert host.process.wait(timeout=15) == 0
        assert host.log.read_text() == ""


def test_a_host_that_may_be_idle_for_a_while_ends_when_no_message_can_be_seen_and_no_function_runs(
    connection: str, tmp_path: Path
) -> None:
    with open_queue(connection, "last-errands") as queue:
        queue.send_message(encoded("hidden"), visibility_timeout=3600)
        queue.send_message(encoded("take 7"))
        with running_host(connection, "last-errands", tmp_path, "--idle", "1") as host:
            wait_until(lambda: host.seen_of("take 7"))
            assert host.process.wait(timeout=15) == WAS_IDLE
        assert queue.get_queue_properties().approximate_message_count == 1
        assert not queue.peek_messages(32)


def test_the_messages_of_a_host_that_was_killed_come_back_when_their_lease_ends(
    connection: str, tmp_path: Path
) -> None:
    with open_queue(connection, "lost-errands") as queue:
        queue.send_message(encoded("take 60"))
        with running_host(connection, "lost-errands", tmp_path, "--lease", "4") as host:
            wait_until(lambda: host.seen_of("take 60"))
            assert not queue.peek_messages()
            host.process.kill()
        wait_until(queue.peek_messages, seconds=8)


def test_a_host_answers_at_a_socket_that_listens_already(connection: str, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        os.set_inheritable(listening.fileno(), True)
        options = ("--socket", str(listening.fileno()))
        with running_host(connection, "no-errands", tmp_path, *options) as host:
            assert host.port == listening.getsockname()[1]
            assert host.seen()


def test_records_below_the_level_of_their_category_are_dropped(tmp_path: Path) -> None:
    app = small_app(
        tmp_path,
        "import logging",
        "logging.warning('while indexing')",
        "@app.timer_trigger('timer', '23:59:59', run_on_startup=True)",
        "def tick(timer: func.TimerRequest) -> None:",
        "    for name in ('azure.core', 'fabrikam'):",
        "        logging.getLogger(name).info('of the function')",
        "        logging.getLogger(name).warning('of the function')",
        "    logging.error('the end')",
        log_levels={"default": "Error", "Function": "Information", "Azure": "Warning"},
    )
    log = tmp_path / "host.log"
    with start(app, {}, log, "--port", "0") as process:
        wait_until(lambda: "the end\n" in log.read_text())
        process.terminate()
    # After the time, and the first digits of the invocation's id.
    assert [re.sub(r"^\S+Z (\w+) \[[0-9a-f]{8}\]", r"\1", line) for line in log.read_text().splitlines()] == [
        "WARNING tick azure.core: of the function",
        "INFO tick fabrikam: of the function",
        "WARNING tick fabrikam: of the function",
        "ERROR tick root: the end",
    ]


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = refused(small_app(tmp_path), port=port)
    assert said.startswith(f"Port {port} cannot be listened to: Address already in use")


def test_a_binding_that_the_host_does_not_have_is_named(tmp_path: Path) -> None:
    trigger = "@app.blob_trigger('data', 'container', 'Store')"
    app = small_app(tmp_path, trigger, "def copy(data: func.InputStream) -> None: ...")
    assert refused(app).startswith("Function copy: binding data is of type blobTrigger")


def test_a_malformed_connection_string_is_refused_without_showing_it(tmp_path: Path) -> None:
    trigger = "@app.queue_trigger('msg', 'errands', 'Store')"
    app = small_app(tmp_path, trigger, "def run(msg: func.QueueMessage) -> None: ...")
    said = refused(app, {"Store": "AccountKey"})
    assert said == "Function run: connection Store: Connection string is either blank or malformed."


def test_an_app_that_cannot_be_indexed_is_refused_with_the_line_at_fault(tmp_path: Path) -> None:
    app = small_app(tmp_path, "import absent_module")
    said = refused(app)
    assert said.startswith(f"{app} cannot be indexed: ModuleNotFoundError: No module named 'absent_module'")
    assert said.endswith(f"({app / 'function_app.py'}, line 3)")


def test_an_app_without_functions_is_refused(tmp_path: Path) -> None:
    assert refused(small_app(tmp_path)).startswith(f"{tmp_path} declares no functions")


def test_local_settings_count(tmp_path: Path) -> None:
    trigger = "@app.timer_trigger('timer', '%WHEN%')"
    app = small_app(tmp_path, trigger, "def tick(timer: func.TimerRequest) -> None: ...")
    (app / "local.settings.json").write_text('{"Values": {"WHEN": "on Sundays"}}')
    assert refused(app).startswith("Function tick: 'on Sundays' has 2 fields")
