"""An import of rows of phone calls, as the `phone-calls` queue carries it along, day by day and page by page: pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Self

from callrecords.callrecord import GRAPH_KEEPS
from callrecords.collect.dayrun import DayOutcome, DayRun, day_after
from callrecords.collect.phone.joining import JoinCounts
from callrecords.documents import Document
from callrecords.phone.times import NO_DAY
from callrecords.ports.phonecalls import PhonePage
from callrecords.ports.phonerow import PhoneSource
from callrecords.ports.state import StateKey

# A row comes up to two days after its call (Microsoft's pages on the PSTN usage report say 24 to 48 hours), and the
# import may miss a day.
LATENESS = timedelta(days=4)
# As long as the reports of the admin centre have them; of Graph, nothing is said.
KEPT_DAYS: Mapping[PhoneSource, int] = {"pstn": 365, "directRouting": 150}
# A day whose nextLink Graph no longer follows is read from its beginning, so often.
MOST_RESTARTS = 3
# So old, a day has all its rows joined anew: a call that came, or changed, since the first time may fit better.
JOINED_ANEW = (LATENESS, GRAPH_KEEPS)
_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class PhoneCounts(Document):
    """How many rows Graph told: of these `added` ones were not known, `changed` ones had another content, of which
    `moved` ones were of another day, and the others were stored already. `unreadable` ones have no id. `flags` counts
    the rows with something odd in them by what that is.

    `joined` rows were joined to calls. `not_joined` counts those that could not be, by the reason, over the days that
    are imported and those of which a call may still come.
    """

    told: int = 0
    added: int = 0
    changed: int = 0
    moved: int = 0
    unreadable: int = 0
    flags: dict[str, int] | None = None
    joined: int = 0
    not_joined: dict[str, int] | None = None

    def counted(self, page: "PageCounts") -> Self:
        """The same with a page counted."""
        flags = Counter(self.flags or {}) + Counter(page.flags)
        return replace(
            self,
            told=self.told + page.told,
            added=self.added + page.added,
            changed=self.changed + page.changed,
            moved=self.moved + page.moved,
            unreadable=self.unreadable + page.unreadable,
            flags=dict(flags) or None,
        )

    def joined_some(self, counts: JoinCounts) -> Self:
        """The same with some rows joined."""
        reasons = Counter(self.not_joined or {}) + Counter(counts.reasons)
        return replace(self, joined=self.joined + counts.joined, not_joined=dict(reasons) or None)


@dataclass(frozen=True)
class PageCounts:
    """The same of one page; `flags` are those of all its rows."""

    told: int
    added: int
    changed: int
    moved: int
    unreadable: int
    flags: Iterable[str]


@dataclass(frozen=True, kw_only=True)
class PhoneOutcome(PhoneCounts, DayOutcome):
    """How far an import was. All days since `imported_from` were imported once."""

    imported_from: str


@dataclass(frozen=True, kw_only=True)
class PhoneMessage(PhoneCounts, DayRun):
    """An import of the rows of days, day by day. When all are there, rows are joined to calls, beginning with days
    before the first one, of which calls may have come since.

    Of `day`, the first `followed` pages are imported; `next_link` leads to the next. The day was begun anew `restarts`
    times. Once it is `joining`, the rows of `day` up to the id `join_after` are joined. `joined_until` is the last day
    of the import before.
    """

    source: PhoneSource
    imported_from: str
    join_from: str
    joined_until: str | None = None
    joining: bool = False
    join_after: str | None = None
    next_link: str | None = None
    followed: int = 0
    restarts: int = 0

    @property
    def state_id(self) -> str:
        """As DayRun.state_id."""
        return f"{imported(self.source).id}-running"

    @property
    def span(self) -> tuple[datetime, datetime]:
        """When the day begins and ends."""
        start = datetime.fromisoformat(self.day).replace(tzinfo=UTC)
        return start, start + _DAY

    def outcome(self, now: datetime) -> PhoneOutcome:
        """As DayRun.outcome."""
        return self.outcome_of(PhoneOutcome, now)

    def after(self, page: PhonePage, counts: PageCounts) -> Self:
        """The import after this page."""
        counted = self.counted(counts)
        if page.next_link:
            return replace(counted, next_link=page.next_link, followed=page.followed)
        day, is_last = day_after(self.day), self.day >= self.last_day
        imported_whole = replace(counted, next_link=None, followed=0, restarts=0)
        return replace(imported_whole, day=NO_DAY if is_last else day, joining=is_last)

    @property
    def is_done(self) -> bool:
        """As DayRun.is_done."""
        return self.joining and super().is_done

    @property
    def joins_every_row(self) -> bool:
        """Whether all rows of the day are joined anew: when it is so old that most calls, or all, have come. Rows that
        have no day grow no older."""
        if self.day == NO_DAY:
            return True
        day, until = date.fromisoformat(self.day), self.joined_until
        last = date.fromisoformat(self.last_day)
        return until is not None and any(date.fromisoformat(until) < day + age <= last for age in JOINED_ANEW)

    def after_join(self, counts: JoinCounts) -> Self:
        """The import after some rows of the day were joined."""
        counted = self.joined_some(counts)
        if not counts.is_last:
            return replace(counted, join_after=counts.after or None)
        # A row may be under the day before that under which Graph told it.
        first = _before(min(self.join_from, self.first_day))
        return replace(counted, day=max(day_after(self.day), first), join_after=None)

    def begun_anew(self) -> Self:
        """With the day to be read from its beginning."""
        return replace(self, next_link=None, followed=0, restarts=self.restarts + 1)


@dataclass(frozen=True, kw_only=True)
class PhoneRefused(Document):
    """That Graph refused the rows `at` this time, and what is missing."""

    at: datetime
    error: str


def refused(source: PhoneSource) -> StateKey[PhoneRefused]:
    """Where it is remembered that Graph refused the rows of this source."""
    return StateKey(f"{imported(source).id}-refused", PhoneRefused)


def imported(source: PhoneSource) -> StateKey[PhoneOutcome]:
    """Where the outcome of the last import that ended is remembered."""
    return StateKey("phone-pstn" if source == "pstn" else "phone-direct-routing", PhoneOutcome)


def _before(day: str) -> str:
    return (date.fromisoformat(day) - _DAY).isoformat()


def first_to_join(last: PhoneOutcome | None, today: date) -> str:
    """The first day of which a call may have come since the last import, for rows that were there already."""
    since = date.fromisoformat(last.last_day) if last else today
    return (min(since, today) - GRAPH_KEEPS - _DAY).isoformat()


def days_to_import(
    source: PhoneSource, last: PhoneOutcome | None, backfill_days: int, today: date
) -> tuple[str, str, str]:
    """The first and the last day of the next import, and since when all days are imported then.

    The first import goes back for as many days as are wanted and told, and so does one after more are wanted. Later
    ones read the last days again.
    """
    oldest = today - timedelta(days=min(backfill_days, KEPT_DAYS[source]))
    if last is None or last.imported_from > oldest.isoformat():
        return oldest.isoformat(), today.isoformat(), oldest.isoformat()
    first = max(date.fromisoformat(last.last_day) - LATENESS, today - timedelta(days=KEPT_DAYS[source]))
    return min(first, today).isoformat(), today.isoformat(), last.imported_from
