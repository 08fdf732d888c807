"""Days that somebody chooses for work over days, and what is wrong with them: pure."""

import re
from datetime import date

from callrecords.errors import Refused

# That work on the days in Cosmos can be asked for at once.
MOST_DAYS = 366
DAY = re.compile(r"2\d{3}-\d\d-\d\d", re.ASCII)
_SHOWN = 60  # characters of a wrong value: enough to recognise it


class WrongDays(Refused):
    """No work is done on such days; the message says what was expected."""


def check_days(first: str, last: str, today: date) -> None:
    """Raises WrongDays unless these are days in UTC, at most MOST_DAYS, and none of them after `today`."""
    begin, end = _day(first, "from"), _day(last, "to")
    if end > today:
        raise WrongDays(f"to is {end}: expected today, {today} in UTC, or an earlier day.")
    if begin > end:
        raise WrongDays(f"from is {begin}: expected to, {end}, or an earlier day.")
    if (end - begin).days >= MOST_DAYS:
        raise WrongDays(f"from is {begin}: expected at most {MOST_DAYS} days from then to {end}.")


def check_kept(first: str, oldest: str) -> None:
    """Raises WrongDays for a first day before the oldest one of which every item is kept yet."""
    if first < oldest:
        raise WrongDays(f"from is {first}: expected a day from {oldest} on, for items of older ones may expire.")


def _day(text: str, name: str) -> date:
    try:
        if not DAY.fullmatch(text):
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise WrongDays(f"{name} is {text[:_SHOWN]!r}: expected a day from 2000 on such as 2026-03-04.") from None
