"""scripts/bench ingest, as short as it can be."""

import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from bench.ingest.stages import STAGES, STATE

ROOT = Path(__file__).parents[3]
TINY = ("--only", "sizes", "day", "--sessions", "2", "--calls", "1", "--rounds", "1")


def bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bench.ingest", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a run."""
    file = tmp_path_factory.mktemp("bench") / "figures.json"
    done = bench(*TINY, "--json", str(file))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 sessions" in done.stdout
    return file


def test_it_says_what_it_does_in_plain_words() -> None:
    script = [str(ROOT / "scripts/bench"), "ingest", "--help"]
    done = subprocess.run(script, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "usage: scripts/bench ingest" in done.stdout
    assert "--against FILE" in done.stdout


def test_it_counts_requests_units_and_bytes_and_comes_by_every_stage(measured: Path) -> None:
    scenarios = orjson.loads(measured.read_bytes())["scenarios"]
    assert {"2 sessions", "day: new record", "day: whole call"} <= scenarios.keys()
    (figures,) = scenarios["2 sessions"]["rounds"]
    assert figures["Graph requests"] == 2
    asked = {name: count for name, count in figures.items() if name.startswith("asked ")}
    assert sum(asked.values()) == figures["Cosmos requests"] >= 2
    assert figures["stored bytes"] == figures["archive bytes"] + figures["row bytes"]
    assert 0 < figures["row bytes"] < 2 * figures["archive bytes"]
    assert figures["RU"] > 10
    # What is remembered is no matter of a new record, but for the arrivals, every 15 s.
    assert {stage for stage in STAGES if figures[f"CPU {stage}"] <= 0} <= {STATE}
    assert figures["floor"] > 0


def test_it_compares_with_earlier_figures(measured: Path) -> None:
    done = bench("--read", str(measured), "--against", str(measured))
    assert done.returncode == 0, done.stderr
    (row,) = (line for line in done.stdout.splitlines() if "CPU/floor" in line and "1.00" in line)
    assert row.count("1.00") >= 3


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--sessions", "2,none"), "--sessions: invalid list of numbers from 1 value: '2,none'"),
        (("--rounds", "0"), "--rounds: invalid number from 1 value: '0'"),
        (("--read", "missing.json"), "No such file or directory: 'missing.json'"),
        (("--read", "README.md"), "README.md has no figures of scripts/bench ingest."),
    ],
)
def test_what_it_cannot_do_it_says(arguments: tuple[str, ...], words: str) -> None:
    done = bench(*arguments)
    assert done.returncode != 0
    assert words in done.stderr
