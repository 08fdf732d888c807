"""The parameters of requests: each reader raises BadParameter, whose sentence names the one that is wrong."""

import contextlib
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta

from callrecords.callrecord import CALL_ID
from callrecords.collect import chosendays
from callrecords.graphtypes import utc
from callrecords.http.answers import BadParameter

SHOWN = 60  # characters of a wrong value: enough to recognise it
_DAY = timedelta(days=1)
# A day, or a time with its offset from UTC, as https://www.rfc-editor.org/rfc/rfc3339 has it.
TIME = re.compile(r"2\d{3}-\d\d-\d\d(?:T\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d))?", re.IGNORECASE | re.ASCII)


def check_names(parameters: Mapping[str, str], names: tuple[str, ...]) -> None:
    """Raises BadParameter for a parameter that is not one of `names`, nor `code`, which is the function key."""
    for name in parameters:
        if name not in names and name != "code":
            raise BadParameter(f"{name[:SHOWN]} is not a parameter: expected {', '.join(names)}.")


def period(parameters: Mapping[str, str], now: datetime, most_days: int) -> tuple[datetime, datetime]:
    """The time from `from` on and before `to`, the last day by default. A day as `to` is included."""
    end = _moment(parameters, "to", _DAY) or now
    start = _moment(parameters, "from", timedelta()) or end - _DAY
    if not start < end:
        raise BadParameter(f"from is {utc(start)}: expected a time before to, {utc(end)}.")
    if end - start > timedelta(days=most_days):
        raise BadParameter(f"from is {utc(start)}: expected at most {most_days} days before to, {utc(end)}.")
    return start, end


def days(parameters: Mapping[str, str], today: date) -> tuple[str, str]:
    """The first and the last day, `from` and `to`, which are both needed, as check_days wants them."""
    first, last = parameters.get("from") or "", parameters.get("to") or ""
    with _of_days():
        chosendays.check_days(first, last, today)
    return first, last


def check_kept(first_day: str, oldest_day: str) -> None:
    """As chosendays.check_kept."""
    with _of_days():
        chosendays.check_kept(first_day, oldest_day)


@contextlib.contextmanager
def _of_days() -> Iterator[None]:
    try:
        yield
    except chosendays.WrongDays as error:
        raise BadParameter(str(error)) from None


def one_of(parameters: Mapping[str, str], name: str, members: tuple[str, ...]) -> str | None:
    """The parameter, one of `members`; None where it is missing or empty."""
    text = parameters.get(name)
    if text and text not in members:
        raise BadParameter(f"{name} is {text[:SHOWN]!r}: expected one of {', '.join(members)}.")
    return text or None


def yes_or_no(parameters: Mapping[str, str], name: str) -> bool | None:
    """Whether the parameter, true or false, is true; None where it is missing or empty."""
    text = one_of(parameters, name, ("true", "false"))
    return text == "true" if text else None


def some_of(parameters: Mapping[str, str], name: str, members: tuple[str, ...]) -> tuple[str, ...]:
    """The names in the parameter, which are members with commas between them; () where it is missing or empty."""
    chosen = tuple(filter(None, (part.strip() for part in (parameters.get(name) or "").split(","))))
    for each in chosen:
        if each not in members:
            raise BadParameter(f"{name} has {each[:SHOWN]!r}: expected some of {', '.join(members)}.")
    return chosen


def number(parameters: Mapping[str, str], name: str, default: int, most: int) -> int:
    """The parameter, from 1 to `most`."""
    text = parameters.get(name) or str(default)
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= most):
        raise BadParameter(f"{name} is {text[:SHOWN]!r}: expected a number from 1 to {most}.")
    return int(text)


def guid(text: str, name: str) -> str:
    """The id of a call in the parameter, in lower case."""
    if not CALL_ID.fullmatch(text.lower()):
        raise BadParameter(f"{name} is {text[:SHOWN]!r}: expected a GUID.")
    return text.lower()


def _moment(parameters: Mapping[str, str], name: str, after_day: timedelta) -> datetime | None:
    text = parameters.get(name)
    if not text:
        return None
    try:
        unescaped = text.replace(" ", "+")  # a + that is not escaped in a URL is a space
        if not TIME.fullmatch(unescaped):
            raise ValueError
        moment = datetime.fromisoformat(unescaped)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC) + after_day
    except (ValueError, OverflowError):
        raise BadParameter(
            f"{name} is {text[:SHOWN]!r}: expected a day or time from 2000 on such as 2026-03-04T10:00:00Z."
        ) from None
