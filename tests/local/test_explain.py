"""scripts/explain: a record as JSON in, plain words out."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from callrecords.graphtypes import JsonObject
from tests.generated import DAYS, versions

ROOT = Path(__file__).parents[2]
RECORD = next(each[-1] for each in versions(DAYS[0], 40) if len(each[-1].sessions) == 1)
WHOLE: JsonObject = {
    **RECORD.properties,
    "sessions": [*RECORD.sessions],
    "participants_v2": [*RECORD.participants],
}

OTHER = "99990000-1111-4222-8333-444455556666"


def explained(*arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "local.explain", *arguments],
        input=given,
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )


@pytest.mark.parametrize("left_out", [(), ("participants_v2",), ("participants_v2", "sessions")])
def test_a_record_is_explained_with_or_without_its_lists(tmp_path: Path, left_out: tuple[str, ...]) -> None:
    file = tmp_path / "record.json"
    file.write_text("\ufeff" + json.dumps({name: value for name, value in WHOLE.items() if name not in left_out}))
    done = explained(str(file))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("The call\n  ")
    assert ("Graph gave no session of this call" in done.stdout) is ("sessions" in left_out)
    assert max(map(len, done.stdout.splitlines())) <= 100


def test_the_row_is_printed_instead_and_the_organisation_is_that_of_the_organiser() -> None:
    row = json.loads(explained("-", "--json", given=json.dumps(WHOLE)).stdout)
    assert row["callId"] == RECORD.call_id
    assert row["tenantId"] == WHOLE["organizer_v2"]["identity"]["user"]["tenantId"]
    other = json.loads(explained("-", "--json", "--tenant", OTHER.upper(), given=json.dumps(WHOLE)).stdout)
    assert other["tenantId"] == OTHER


def test_what_is_told_cannot_command_the_terminal() -> None:
    organizer = {
        "id": "a",
        "identity": {"guest": {"id": "a", "displayName": "Ann\x1b[2J\x9b\u202eNNA \U0001f468\u200d\U0001f4bb"}},
    }
    words = explained("-", given=json.dumps({**WHOLE, "organizer_v2": organizer})).stdout
    assert "Ann\ufffd[2J\ufffd\ufffdNNA \U0001f468\u200d\U0001f4bb" in words


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ("", "It is no JSON"),
        ("[]", "It is no call record"),
        (json.dumps({"value": [WHOLE]}), "It is a list, or a page of one: expected a call record as well."),
        (json.dumps({**WHOLE, "sessions": "s"}), "sessions is no list."),
        (json.dumps({**WHOLE, "sessions@odata.nextLink": "x"}), "It is incomplete: Graph has more pages of sessions"),
        (json.dumps({**WHOLE, "startDateTime": "now"}), "startDateTime is not a time"),
    ],
)
def test_what_is_no_call_record_is_refused_in_a_sentence(given: str, sentence: str) -> None:
    done = explained("-", given=given)
    assert (done.returncode, done.stdout) == (2, "")
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_the_pages_of_a_record_are_explained_together_and_a_missing_one_is_told(tmp_path: Path) -> None:
    first, second, people = (tmp_path / f"{name}.json" for name in ("first", "second", "people"))
    first.write_text(json.dumps({**RECORD.properties, "sessions": [], "sessions@odata.nextLink": "https://x"}))
    second.write_text(json.dumps({"value": [*RECORD.sessions]}))
    people.write_text(json.dumps({**RECORD.properties, "participants_v2": [*RECORD.participants]}))
    whole = explained("-", given=json.dumps(WHOLE))
    assert explained(*map(str, (second, people, first))).stdout == whole.stdout
    missing = explained(str(people), str(first))
    assert (missing.returncode, missing.stdout) == (2, "")
    assert missing.stderr.startswith(f"{people}, {first}: It is incomplete: Graph has more pages of sessions")


def test_the_help_says_how_to_get_every_page() -> None:
    words = explained("--help").stdout
    assert "$expand=sessions($expand=segments)" in words
    assert "$expand=participants_v2" in words
    assert "@odata.nextLink" in words


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    done = explained(str(tmp_path / "none.json"))
    assert (done.returncode, done.stderr) == (2, f"{tmp_path}/none.json: No such file or directory.\n")


def test_an_organisation_that_is_no_guid_is_refused() -> None:
    done = explained("-", "--tenant", "contoso.example", given=json.dumps(WHOLE))
    assert (done.returncode, done.stdout) == (2, "")
    assert "it is 'contoso.example', expected a GUID" in done.stderr


def test_whoever_reads_the_words_may_stop_early() -> None:
    command = [sys.executable, "-m", "local.explain", "-"]
    with subprocess.Popen(command, stdin=-1, stdout=-1, stderr=-1, text=True, cwd=ROOT) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        running.stdin.write(json.dumps(WHOLE))
        running.stdin.close()
        assert running.stderr.read() == ""
