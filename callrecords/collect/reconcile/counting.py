"""What was found of the calls of an hour, counted: pure."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, Literal

from callrecords.callrecord import without_ids
from callrecords.collect.givenup import GivenUpCall
from callrecords.collect.reconcile.days import added
from callrecords.ports.completeness import HourCompared, LackingCall
from callrecords.ports.rows import Row
from callrecords.queues.retries import EXPIRED

type Lack = Literal["missing", "stale", "no sessions", "given up"] | None

# The day names so many calls an hour: one in a thousand, where there are most. Of more, the last ones that were found:
# they are fetched last as well, and to learn of the others the hour is compared once more.
MOST_LACKING = 200
_DIGEST_BYTES = 16
_MOST_REASONS, _LONGEST_REASON, _OTHER_REASONS = 10, 200, "other reasons"


@dataclass(frozen=True)
class Found:
    """A call that Graph listed at `version`: what Cosmos has of it, and what it lacks."""

    call_id: str
    version: int
    row: Row | None
    lack: Lack
    is_known: bool = False  # to be missing or stale already
    was_lacking: bool = False  # by the comparison before

    @property
    def is_newest(self) -> bool:
        """Whether Cosmos has the version that was listed, or a newer one."""
        return self.row is not None and self.row.version >= self.version


def counted(hour: HourCompared, found: Collection[Found]) -> HourCompared:
    """The comparison of the hour with these calls, each of them listed once, counted as well."""
    lacking = [*hour.lacking, *(_lacking(each) for each in found if not each.is_newest)]
    return replace(
        hour,
        listed=hour.listed + len(found),
        stored=hour.stored + sum(each.row is not None for each in found),
        degraded=hour.degraded + sum(bool(each.is_newest and each.row and each.row.caveats) for each in found),
        missing=hour.missing + sum(each.lack == "missing" and not each.is_known for each in found),
        stale=hour.stale + sum(each.lack == "stale" and not each.is_known for each in found),
        **_named(lacking, hour.lacking_more),
        digest=added((hour.digest, *(digest_of(each.call_id, each.version) for each in found))),
    )


def with_forgotten(hour: HourCompared, forgotten: Collection[LackingCall]) -> HourCompared:
    """The comparison with calls that an earlier one has listed, and that Graph lists no longer: they are lacking."""
    return replace(
        hour,
        listed=hour.listed + len(forgotten),
        stored=hour.stored + sum(each.stored is not None for each in forgotten),
        **_named((*hour.lacking, *forgotten), hour.lacking_more),
    )


def _named(lacking: Sequence[LackingCall], more: int) -> dict[str, Any]:
    """The fields for these calls and some more: the last of them by name, and the number of the others."""
    return {
        "lacking": tuple(lacking[-MOST_LACKING:]),
        "lacking_more": more + max(len(lacking) - MOST_LACKING, 0),
    }


def _lacking(found: Found) -> LackingCall:
    return LackingCall(
        call_id=found.call_id, version=found.version, stored=found.row.version if found.row is not None else None
    )


def digest_of(call_id: str, version: int) -> str:
    """That of one call, as Counts.digest has it."""
    return sha256(f"{call_id}:{version}".encode()).digest()[:_DIGEST_BYTES].hex()


def settled(hour: HourCompared, rows: Mapping[str, Row], given_up: Mapping[str, GivenUpCall]) -> HourCompared:
    """The comparison as it stands now: what has come since is no longer lacking. What is still lacking is given up or
    expired where `given_up` says so, and else late.

    `rows` has what Cosmos has of the calls that were lacking, as far as that was asked for.
    """
    after = [_now(each, rows.get(each.call_id)) for each in hour.lacking]
    lacking = [each for each in after if each.stored is None or each.stored < each.version]
    arrived = sum(
        before.stored is None and now.stored is not None for before, now in zip(hour.lacking, after, strict=True)
    )
    reasons = _reasons(lacking, given_up)
    expired = sum(count for reason, count in reasons.items() if reason.startswith(EXPIRED))
    others = {reason: count for reason, count in reasons.items() if not reason.startswith(EXPIRED)}
    return replace(
        hour,
        stored=hour.stored + arrived,
        newest=hour.listed - len(lacking) - hour.lacking_more,
        late=len(lacking) + hour.lacking_more - sum(reasons.values()),
        given_up=sum(others.values()),
        expired=expired,
        given_up_reasons=others or None,
        lacking=tuple(lacking),
    )


def _now(call: LackingCall, row: Row | None) -> LackingCall:
    return replace(call, stored=row.version) if row is not None else call


def _reasons(lacking: Sequence[LackingCall], given_up: Mapping[str, GivenUpCall]) -> Counter[str]:
    named: Iterable[GivenUpCall | None] = (given_up.get(each.call_id) for each in lacking)
    reasons = Counter(without_ids(each.reason)[:_LONGEST_REASON] for each in named if each and not each.is_late)
    frequent = Counter(dict(reasons.most_common(_MOST_REASONS)))
    return frequent + Counter({_OTHER_REASONS: (reasons - frequent).total()})
