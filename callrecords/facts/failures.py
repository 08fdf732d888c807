"""What ended sessions, or kept them from beginning.

Microsoft counts a set-up failure where a session never connected, and a drop where a failure ended it
(https://learn.microsoft.com/microsoftteams/quality-of-experience-review-guide). That somebody was busy, declined,
gave up or did not answer is no failure of the service.
"""

import re
from typing import Literal, NamedTuple, cast

from callrecords.graphtypes import JsonObject, as_object, known, text
from callrecords.ports.callrow import Expected, FailureRow

type FailureKind = Literal["setUp", "drop", "expected", "unknown"]

_NOT_TOLD = ("unknown", "unknownFutureValue")
_STAGES: dict[str | None, FailureKind] = {"callSetup": "setUp", "midcall": "drop"}
# Graph's reasons are free text, of which there is no list. These words say what a person did, unless others say that it
# was a part of the service.
_OF_SERVICE = re.compile(r"\b(?:server|service|network|media|relay|gateway|system|echo|request)\b", re.IGNORECASE)
_EXPECTED = re.compile(
    r"(?P<busy>\bbusy\b)|(?P<declined>\bdeclin|\breject\w* by (?:the )?(?:callee|user|called))|(?P<cancelled>\bcancel)"
    r"|(?P<missed>\bno (?:answer|reply)\b|\b(?:not|never) answer|\bunanswered\b)",
    re.IGNORECASE,
)
_WORST_FIRST: tuple[FailureKind, ...] = ("setUp", "drop", "unknown", "expected")


class Failure(NamedTuple):
    """What failed in a session or segment, and in which stage of its life."""

    stage: str | None
    reason: str | None

    @property
    def expected(self) -> Expected | None:
        """What a person did, if the reason says so: only of a call that was not connected yet."""
        if self.stage == "midcall" or not self.reason or _OF_SERVICE.search(self.reason):
            return None
        found = _EXPECTED.search(self.reason)
        return cast("Expected", found.lastgroup) if found else None

    @property
    def kind(self) -> FailureKind:
        """Whether it is a failure of the service, and which."""
        return "expected" if self.expected else _STAGES.get(self.stage, "unknown")

    @property
    def is_of_set_up(self) -> bool:
        """Whether it kept the session from beginning: so its stage says, or what a person did."""
        return self.stage == "callSetup" or (self.expected is not None and self.stage != "midcall")

    @property
    def row(self) -> FailureRow:
        """The failure as a row has it."""
        return cast("FailureRow", known({"kind": self.kind, "stage": self.stage, "reason": self.reason}))


def failure(properties: JsonObject) -> Failure | None:
    """That of a session or segment with these properties, if any is told."""
    info = as_object(properties.get("failureInfo"))
    if not info:
        return None
    stage = text(info.get("stage"))
    found = Failure(None if stage in _NOT_TOLD else stage, text(info.get("reason")))
    return found if any(found) else None


def worst(failures: list[Failure]) -> FailureKind | None:
    """The kind of the worst of them: a failure of the service before an end that was to be expected."""
    kinds = {each.kind for each in failures}
    return next((kind for kind in _WORST_FIRST if kind in kinds), None)
