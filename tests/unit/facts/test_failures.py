import pytest

from callrecords.facts.failures import Failure, FailureKind, failure, worst


@pytest.mark.parametrize(
    ("stage", "reason", "kind"),
    [
        ("callSetup", "The gateway refused the call.", "setUp"),
        ("midcall", "The client lost its network.", "drop"),
        ("newFromGraph", None, "unknown"),
        (None, "Something failed.", "unknown"),
        ("callSetup", "The called number was busy.", "expected"),
        ("callSetup", "User BUSY", "expected"),
        ("callSetup", "Call declined", "expected"),
        ("callSetup", "The caller cancelled.", "expected"),
        ("callSetup", "No answer", "expected"),
        ("callSetup", "The callee did not answer.", "expected"),
        ("callSetup", "The call was rejected by the callee.", "expected"),
        ("callSetup", "The call was rejected by the gateway.", "setUp"),
        ("callSetup", "A business policy forbids the call.", "setUp"),
        ("midcall", "The line was busy.", "drop"),
        ("callSetup", "503 Service busy", "setUp"),
        ("callSetup", "Echo cancellation could not be initialised", "setUp"),
        ("callSetup", "The request was cancelled by the network.", "setUp"),
    ],
)
def test_a_failure_is_of_the_service_unless_its_reason_says_what_a_person_did(
    stage: str | None, reason: str | None, kind: FailureKind
) -> None:
    assert Failure(stage, reason).kind == kind


@pytest.mark.parametrize(
    "info",
    [
        None,
        {},
        [],
        "failed",
        {"stage": None, "reason": ""},
        {"stage": 1},
        {"stage": "unknown"},
        {"stage": "unknownFutureValue"},
    ],
)
def test_what_tells_neither_stage_nor_reason_is_no_failure(info: object) -> None:
    assert failure({"failureInfo": info}) is failure({}) is None


def test_a_row_has_of_a_failure_what_is_told() -> None:
    lost = failure({"failureInfo": {"stage": "unknown", "reason": "lost"}})
    assert lost
    assert lost.row == {"kind": "unknown", "reason": "lost"}
    assert Failure("midcall", None).row == {"kind": "drop", "stage": "midcall"}


def test_the_worst_is_a_failure_of_the_service() -> None:
    busy, lost, refused, odd = (
        Failure(None, "busy"),
        Failure("midcall", None),
        Failure("callSetup", "no"),
        Failure("x", None),
    )
    assert worst([busy, odd, lost, refused]) == "setUp"
    assert worst([busy, odd, lost]) == "drop"
    assert worst([busy, odd]) == "unknown"
    assert worst([busy]) == "expected"
    assert worst([]) is None
