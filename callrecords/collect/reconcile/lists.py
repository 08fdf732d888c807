"""One list of Graph's, checked against itself and against what Cosmos has: pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from callrecords.errors import Unreadable
from callrecords.ports.records import Listed


@dataclass(frozen=True)
class Checked:
    """The calls of a list, each once, in its newest version.

    `calls` are those that started in the time that was asked for; `elsewhere` ones that did not. `unclear` ones have no
    version or no start. `nameless` are entries that name no call. `contradictions` are calls that the list has twice
    and not alike, and those that are elsewhere; `repeated` ones it has twice and alike. `unlisted` are those that
    Cosmos has of this time and that the list has not.
    """

    calls: Mapping[str, Listed] = field(default_factory=dict)
    elsewhere: Mapping[str, Listed] = field(default_factory=dict)
    unclear: Mapping[str, Listed] = field(default_factory=dict)
    nameless: tuple[Unreadable, ...] = ()
    contradictions: frozenset[str] = frozenset()
    repeated: frozenset[str] = frozenset()
    unlisted: frozenset[str] = frozenset()

    @property
    def is_doubtful(self) -> bool:
        """Whether pages may have shifted while they were read, so that another list may say something else."""
        return bool(self.contradictions or self.repeated or self.unlisted)

    @property
    def is_in_doubt(self) -> bool:
        """Whether the list contradicts itself, or has entries that nobody can read."""
        return bool(self.contradictions or self.unreadable)

    @property
    def unreadable(self) -> int:
        """How many entries name no call, no version or no start."""
        return len(self.nameless) + len(self.unclear)


def check(listed: Iterable[Listed | Unreadable], start: datetime, end: datetime, stored: Collection[str]) -> Checked:
    """The list of what started from `start` on and before `end`; `stored` are the calls that Cosmos has of then."""
    calls: dict[str, Listed] = {}
    nameless, contradictions, repeated = [], set[str](), set[str]()
    for each in listed:
        if isinstance(each, Unreadable):
            nameless.append(each)
            continue
        known = calls.get(each.call_id)
        if known is not None:
            (repeated if known == each else contradictions).add(each.call_id)
        if known is None or (each.version or 0) > (known.version or 0):
            calls[each.call_id] = each
    unclear = {call_id: each for call_id, each in calls.items() if each.version is None or each.start is None}
    elsewhere = {
        call_id: each
        for call_id, each in calls.items()
        if call_id not in unclear and each.start is not None and not start <= each.start < end
    }
    return Checked(
        calls={name: each for name, each in calls.items() if name not in unclear and name not in elsewhere},
        elsewhere=elsewhere,
        unclear=unclear,
        nameless=tuple(nameless),
        contradictions=frozenset(contradictions | elsewhere.keys()),
        repeated=frozenset(repeated),
        unlisted=frozenset(stored) - calls.keys(),
    )


def settle(first: Checked, second: Checked) -> Checked:
    """What two lists of the same time say together, where the first was doubtful: each call that one of them has, in
    its newest version. What only one of them was doubtful about is clear now, unless the second contradicts itself."""
    calls = dict(second.calls)
    for call_id, each in first.calls.items():
        if call_id not in calls or (each.version or 0) > (calls[call_id].version or 0):
            calls[call_id] = each
    missing_from_second = first.calls.keys() - second.calls.keys() - second.elsewhere.keys() - second.unclear.keys()
    return Checked(
        calls=calls,
        elsewhere={**first.elsewhere, **second.elsewhere},
        unclear={name: each for name, each in first.unclear.items() if name not in second.calls} | {**second.unclear},
        nameless=max(first.nameless, second.nameless, key=len),
        contradictions=second.contradictions | missing_from_second,
        repeated=frozenset(),
        unlisted=first.unlisted & second.unlisted,
    )
