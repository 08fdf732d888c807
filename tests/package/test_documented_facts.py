"""Numbers and names in the pages are those of the code and of the deployment."""

import json
import math
from collections.abc import AsyncGenerator
from datetime import datetime, timedelta

import pytest

from callrecords.callrecord import GRAPH_KEEPS
from callrecords.collect import chosendays, dayrunner, givenup, rederiverun
from callrecords.collect.auditrun import AGES
from callrecords.collect.phone import run as phonerun
from callrecords.collect.reconcile import plan, reconciliation, walk
from callrecords.collect.reconcile.counting import MOST_LACKING
from callrecords.collect.reconcile.days import LATE_ENOUGH, LONGEST_CALL
from callrecords.collect.reconcile.ladder import CALLS_IN_A_PAGE, LISTED_A_DAY, RUNGS, minutes_for, rungs_for
from callrecords.collect.rederiverun import CALLS_A_SECOND
from callrecords.collect.subscription import LIFETIME
from callrecords.collect.verdicts import UNDER_WAY
from callrecords.errors import Unreadable
from callrecords.graph.limits import APP_AND_TENANT, LIST_FIRST_PAGE, LONGEST_TURNS, LONGEST_WAIT, RECORD_NEXT_PAGE
from callrecords.http import phonecalls, reports, search
from callrecords.operate import checks, health, heartbeats, links, losses, timers, waiting
from callrecords.operate.health import Health
from callrecords.operate.timers import Watch
from callrecords.phone import numbers, stays
from callrecords.ports.records import Listed
from callrecords.queues import poison
from callrecords.settings.read import COSMOS_DATABASE, SETTINGS
from callrecords.webhook.notifications import MAX_BODY_BYTES, MAX_NOTIFICATIONS
from local.stack import BODY_LIMIT
from tests.doubles import Clock, State
from tests.markdown import ROOT, page, table, unwrapped

SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
# Graph's page size for the sessions of a record, which the code does not need: it follows links.
PAGE_OF_SESSIONS = 60

LISTS_A_MINUTE = round(LIST_FIRST_PAGE.requests * 60 / LIST_FIRST_PAGE.seconds)
ALL_LISTED_A_DAY = LISTS_A_MINUTE * 60 * 24 * CALLS_IN_A_PAGE
DAYS_OF_HISTORY = GRAPH_KEEPS // DAY
FOLLOWING_PAGES = RECORD_NEXT_PAGE.requests
SESSIONS_IN_ONE_GO = PAGE_OF_SESSIONS * (1 + FOLLOWING_PAGES)
HOURS_OF_A_MILLION = 1_000_000 // CALLS_A_SECOND // 3_600
DEFAULT = {each.name: each.default for each in SETTINGS}
HOST = json.loads((ROOT / "host.json").read_text())["extensions"]["queues"]

FACTS = {
    "README.md": [
        f"keeps it for {GRAPH_KEEPS // DAY} days",
        f"or the worst first, page by page, over at most {search.MOST_DAYS} days",
        f"as JSON or CSV, page by page, over at most {phonecalls.MOST_DAYS} days",
        f"as JSON or CSV, over at most {reports.MOST_DAYS} days",
        f"by day, as JSON or CSV, for at most {reports.MOST_DAYS} days",
        f"starts the audit of these days, at most {chosendays.MOST_DAYS}",
        f"those that have old rules, or all of them; at most {chosendays.MOST_DAYS} days",
    ],
    "docs/operations.md": [
        f"or it was last checked more than {links._RENEWED_WITHIN // DAY} day ago",
        f"message has waited for more than {waiting.OLDEST_MESSAGE // MINUTE} minutes",
        f"for more than {links._FIRST_RUNG_WITHIN // HOUR} hours at the first age",
        f"or for more than {links._RUNG_WITHIN // HOUR} hours at another",
        f"did not list the rest of some hour within the last {links._UNLISTED_WITHIN // HOUR} hours",
        f"none has been {links._FIRST_RUNG_WITHIN // HOUR} hours after the app was deployed",
        f"hold requests of some worker back for more than {health._HELD_BACK // MINUTE} minute from now",
        f"nobody has taken one for more than {waiting.UNTOUCHED_FOR // MINUTE} minutes",
        f"calls were given up within the last {losses._GIVEN_UP_WITHIN // HOUR} hours",
        f"by its schedule has not ended {timers.GRACE // MINUTE} minutes later",
        f"nothing was rolled up {timers.GRACE // MINUTE} minutes after the second time",
        f"Of the first {waiting._PEEKED} that can be seen",
        f"ends of functions of queues every {heartbeats._QUEUES_EVERY_SECONDS / 60:.0f} minutes",
        f"answered well in the last {health._STILL_PERMITTED_FOR // MINUTE} minutes",
        f"after {health._ANSWERED_WITHIN_SECONDS} seconds at most",
        f"if that is not older than {health._TOO_OLD // SECOND} seconds",
        f"asks at most every {health._CACHED_FOR // SECOND} seconds",
        f"does not answer within {checks.PATIENCE_SECONDS:.0f} seconds",
        f"Graph's limits for at most {LONGEST_WAIT:.0f} seconds in all",
        f"its turn in a backlog to wait for, for at most {LONGEST_TURNS:.0f};",
        f"the reasons of the oldest {poison._PEEKED}, with ids left out",
        f"until the record arrives or {GRAPH_KEEPS // DAY} days have passed",
        f"has been coming back for more than {givenup.LATE // HOUR} hours",
        f"compared {LATE_ENOUGH / HOUR:g} hours after the end of each of its hours",
        f"A call lasts at most {LONGEST_CALL // HOUR} hours",
        f"last seen, and in the {LONGEST_CALL // HOUR} hours before",
        f"the whole {GRAPH_KEEPS // DAY} days",
        f"After {walk._MOST_FAILED_STEPS} such failures in a row the message itself comes back a few times",
        f"tried again every {plan._LOOKED_AT_WITHIN // HOUR} hours at least",
        f"none has been heard of for {reconciliation._SILENCE // HOUR} hours",
        f"more than {reconciliation._CLOCKS_DIFFER // SECOND} seconds ahead",
        f"the busiest of the last {plan._COUNTED_DAYS // DAY} days",
        f"lists {LISTS_A_MINUTE} first pages a minute. The app counts on {CALLS_IN_A_PAGE} calls a page",
        f"two thirds of that: {LISTED_A_DAY:,} calls a day",
        f"{minutes_for(LISTED_A_DAY)} of 60 with {LISTED_A_DAY:,} calls a day",
        f"Graph lists {ALL_LISTED_A_DAY:,} calls a day at {CALLS_IN_A_PAGE} calls a page",
        f"From {LISTED_A_DAY // 2:,} calls a day on, a missed call may stay unknown",
        f"from {phonerun.LATENESS // DAY} days before the last import on",
        f"from its beginning, up to {phonerun.MOST_RESTARTS} times",
        f"last import of a source ended more than {links._IMPORTED_WITHIN // DAY} days ago",
        f"audit of the store ended more than {links._AUDITED_WITHIN // DAY} days ago",
        f"when it began {AGES['early']} days ago (`early`) and when it began {AGES['late']} days ago (`late`)",
        f"comes back with its position every {dayrunner.VISIT // MINUTE} minutes",
        f"parts were written within the last {'day' if UNDER_WAY == DAY else UNDER_WAY}",
        f"Both take days in UTC, at most {chosendays.MOST_DAYS}:",
        f"Days are in UTC, at most {chosendays.MOST_DAYS} in one run",
        f"A run derives at most {CALLS_A_SECOND} calls a second",
        f"A million calls take {HOURS_OF_A_MILLION} hours",
        f"After each slice of about {rederiverun._WANTED_IN_A_SLICE} calls",
        f"more than {SESSIONS_IN_ONE_GO:,} sessions",
        f"than Graph gives in {RECORD_NEXT_PAGE.seconds / 60:.0f} minutes",
        f"a first one of {PAGE_OF_SESSIONS} sessions, and {FOLLOWING_PAGES} that follow",
    ],
    "docs/data.md": [
        f"named `{COSMOS_DATABASE.default}` unless `COSMOS_DATABASE` says otherwise",
        f"lists within {GRAPH_KEEPS // DAY} days, arrives",
        f"up to {MOST_LACKING} of an hour, with the version",
        f"(the `callId` of one), for at most {phonecalls.MOST_DAYS} days",
        f"A page has {phonecalls.DEFAULT_TOP} rows unless `top` says more",
        f"within {stays.START_WITHIN.total_seconds():.0f} seconds of the time at",
        f"its end within {stays.END_WITHIN.total_seconds():.0f} seconds of the time",
        f"if at least {numbers.LEAST_SHOWN} are shown",
        f"is nearer by at least {stays.CLEARLY.total_seconds():.0f} seconds than that of each other",
        "when it is {} and when it is {} days old".format(*(age // DAY for age in phonerun.JOINED_ANEW)),
        f"with every import for {GRAPH_KEEPS // DAY + 1} days",
        f"A page has up to {phonecalls.MOST_TOP:,} rows",
    ],
    "docs/deployment.md": [
        f"collects the last {GRAPH_KEEPS // DAY} days by itself",
        f"for up to {math.ceil(LIFETIME / DAY)} days, until the subscription expires",
        f"({APP_AND_TENANT.requests / APP_AND_TENANT.seconds:.0f} allowed)",
        f"{HOST['batchSize'] + HOST['newBatchThreshold']} on an instance",
        "Within 15 minutes the app replaces the Graph subscription",
    ],
    "SECURITY.md": [
        f"asks its dependencies at most every {health._CACHED_FOR // SECOND} seconds",
        f"refuses a body of more than {BODY_LIMIT // 1024**2} MB on every route",
        f"refuses more than {MAX_BODY_BYTES // 1024} kB or {MAX_NOTIFICATIONS:,} notifications",
        f"to its host name for up to {math.ceil(LIFETIME / DAY)} days",
    ],
}


@pytest.mark.parametrize(("name", "fact"), [(name, fact) for name, facts in FACTS.items() for fact in facts])
def test_a_number_in_a_page_is_that_of_the_code(name: str, fact: str) -> None:
    assert unwrapped(page(name)).count(fact) == 1


def test_comparisons_and_renewals_are_as_frequent_as_the_pages_say() -> None:
    assert DEFAULT["RECONCILE_SCHEDULE"] == "0 */10 * * * *"
    assert DEFAULT["SUBSCRIPTION_SCHEDULE"] == "0 */15 * * * *"


def test_the_table_of_ages_is_that_of_the_code() -> None:
    rows = table(page("docs/operations.md"), "How often each hour is compared")
    told = [(int(calls.replace(",", "")), names.split(", ")) for calls, names in rows]
    assert len(told) == len(RUNGS) - 1
    for calls, names in told:
        assert [rung.name for rung in rungs_for(calls)] == names
        assert len(rungs_for(calls + 1)) < len(names) or calls == LISTED_A_DAY // 2
    assert minutes_for(told[-1][0]) == 60 > minutes_for(told[-1][0] + 40_000)


def test_the_ages_in_the_contract_are_those_of_the_code() -> None:
    hours = [f"{rung.age // HOUR}" for rung in RUNGS if rung.name.endswith("h")]
    days = [f"{rung.age // DAY}" for rung in RUNGS if rung.name.endswith("d")]
    assert f"{', '.join(hours[:-1])} and {hours[-1]} hours after its end" in unwrapped(page("docs/data.md"))
    assert f"then after {', '.join(days[:-1])} and {days[-1]} days" in unwrapped(page("docs/data.md"))


class NoRecords:
    """Lists no call."""

    async def between(self, start: datetime, end: datetime) -> AsyncGenerator[Listed | Unreadable]:
        return
        yield


async def test_the_links_in_the_table_are_those_of_health() -> None:
    health = Health(
        records=NoRecords(), state=State(), queues={}, watch=Watch({}, {}), held_for=lambda: 0, clock=Clock()
    )
    report = await health.report()
    told = [link.strip("`") for link, *_ in table(page("docs/operations.md"), "Is all well?")]
    assert told == [*report.links]
