"""What a search for calls asks, and the Cosmos query that answers it: pure.

Calls are found day by day, newest first: each day is one partition of the container `calls`.
"""

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import orjson

from callrecords.facts.legs import MEDIA
from callrecords.facts.media import Modality
from callrecords.graphtypes import utc
from callrecords.http.answers import BadParameter

MOST_DAYS = 31
DEFAULT_TOP, MOST_TOP = 50, 500

# A URL has to hold them all. Ids, principal names, numbers and subnets are ASCII.
LONGEST, LONGEST_CONTINUATION, TEXT = 256, 3_200, r"^[ -~]*$"
_DAY = timedelta(days=1)
# A day, or a time with its offset from UTC, as https://www.rfc-editor.org/rfc/rfc3339 has it.
_TIME = re.compile(r"2\d{3}-\d\d-\d\d(?:T\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d))?", re.IGNORECASE | re.ASCII)
VERDICTS = ("good", "poor", "unclassified")
# As Graph spells them; others are searched for as they are written.
_KNOWN = {each.lower(): each for each in ("groupCall", "peerToPeer", "unknown", *Modality)}

# A condition on a fact row for each parameter; @name is the parameter's value.
_CONDITIONS = {
    "user": "(ARRAY_CONTAINS(c.userIds, @user) OR ARRAY_CONTAINS(c.userPrincipalNames, @user))",
    "number": "(ARRAY_CONTAINS(c.phoneNumbers, @number) OR ARRAY_CONTAINS(c.phoneNumbers, @numberWithPlus))",
    "type": "c.type = @type",
    "modality": "ARRAY_CONTAINS(c.modalities, @modality)",
    "subnet": "ARRAY_CONTAINS(c.subnets, @subnet)",
}
_OWN = ("from", "to", "top", "continuation", "quality", "failed")
PARAMETERS = (*_OWN[:2], *_CONDITIONS, *_OWN[4:], *_OWN[2:4])


@dataclass(frozen=True)
class Search:
    """Calls that began from `start` on and before `end`, with `conditions` on their fact rows; `top` at a time.

    `fingerprint` tells it from other searches, `asked` is when its first page was asked for; `day` and `token` say
    where to go on: the UTC day, and Cosmos' continuation within it.
    """

    start: datetime
    end: datetime
    conditions: tuple[str, ...]
    values: Mapping[str, object]
    top: int
    fingerprint: str
    asked: datetime
    day: date
    token: str | None = None

    @property
    def query(self) -> str:
        """The query over the partition of one day, newest first."""
        conditions = ("c.startDateTime >= @from", "c.startDateTime < @to", *self.conditions)
        where = " AND ".join(conditions)
        return f"SELECT * FROM c WHERE {where} ORDER BY c.startDateTime DESC"  # noqa: S608 - values are parameters

    @property
    def parameters(self) -> list[dict[str, object]]:
        """The query's parameters as Cosmos wants them."""
        values = {"from": utc(self.start), "to": utc(self.end), **self.values}
        return [{"name": f"@{name}", "value": value} for name, value in values.items()]

    def continuation(self, day: date, token: str | None) -> str:
        """What the next request gives to go on there."""
        place = [self.fingerprint, self.asked.isoformat(), day.isoformat(), token]
        return base64.urlsafe_b64encode(orjson.dumps(place)).decode()


@dataclass(frozen=True)
class _Place:
    """What a continuation says."""

    fingerprint: str
    asked: datetime
    day: date
    token: str | None

    @classmethod
    def parse(cls, continuation: str) -> "_Place":
        try:
            fingerprint, asked, day, token = orjson.loads(base64.urlsafe_b64decode(continuation))
            # The token goes into a header.
            if not (_TIME.fullmatch(asked) and (token is None or re.fullmatch(TEXT, token))):
                raise ValueError
            return cls(fingerprint, datetime.fromisoformat(asked).astimezone(UTC), date.fromisoformat(day), token)
        except (ValueError, TypeError, OverflowError):
            raise BadParameter("continuation is malformed: expected that of the page before.") from None


def parse(parameters: Mapping[str, str], now: datetime) -> Search:
    """The search that the parameters of a request ask for. Raises BadParameter naming the one that is wrong."""
    _check(parameters)
    continuation = parameters.get("continuation")
    place = _Place.parse(continuation) if continuation else None
    asked = place.asked if place else now  # later pages are of the same time
    start, end = period(parameters, asked)
    conditions, values = _filters(parameters)
    top = _number(parameters, "top", DEFAULT_TOP, MOST_TOP)
    chosen = {name: parameters.get(name) for name in PARAMETERS if name not in ("top", "continuation")}
    fingerprint = hashlib.sha256(orjson.dumps(chosen)).hexdigest()[:16]
    search = Search(start, end, conditions, values, top, fingerprint, asked, _last_day(end))
    return _resumed(search, place) if place else search


def _check(parameters: Mapping[str, str]) -> None:
    for name, value in parameters.items():
        if name not in PARAMETERS and name != "code":  # `code` is the function key
            raise BadParameter(f"{name[:60]} is not a parameter: expected {', '.join(PARAMETERS)}.")
        most = LONGEST_CONTINUATION if name == "continuation" else LONGEST
        if len(value) > most:
            raise BadParameter(f"{name} has {len(value)} characters: expected at most {most}.")
        if not re.fullmatch(TEXT, value):
            raise BadParameter(f"{name} is {value[:60]!r}: expected printable ASCII characters.")


def _filters(parameters: Mapping[str, str]) -> tuple[tuple[str, ...], Mapping[str, object]]:
    """The conditions on a fact row, and the values of their parameters."""
    found = [name for name in _CONDITIONS if parameters.get(name)]
    conditions = [_CONDITIONS[name] for name in found]
    values: dict[str, object] = {}
    for name in found:
        values |= _values(name, parameters[name])
    quality = _one_of(parameters, "quality", VERDICTS)
    if quality == "poor" and "subnet" in values:
        # A meeting has many subnets, and its poor stream may be on another one.
        conditions.append("EXISTS(SELECT VALUE s FROM s IN c.audioBySubnet WHERE s.subnet = @subnet AND s.poor > 0)")
    elif quality:
        values["quality"] = quality
        conditions.append("(" + " OR ".join(_has_verdict(media, quality) for media in MEDIA) + ")")
    if failed := _one_of(parameters, "failed", ("true", "false")):
        values["failed"] = failed == "true"
        conditions.append("c.failed = @failed")
    return tuple(conditions), values


def _has_verdict(media: str, quality: str) -> str:
    condition = f"c.quality.{media}.verdict = @quality"
    if quality == "unclassified":  # as a media of which the call has no stream is too
        return f"({condition} AND c.quality.{media}.streams.unclassified > 0)"
    return condition


def _values(name: str, text: str) -> Mapping[str, str]:
    """What the condition of the parameter compares with: the text as rows have it."""
    match name:
        case "user":
            return {name: text.lower()}
        case "number":
            # Graph has E.164, mostly; a + that is not escaped in a URL is a space. What has letters is no number.
            bare = text if re.search("[a-z]", text, re.IGNORECASE) else re.sub("[^0-9*]", "", text)
            return {name: bare, "numberWithPlus": f"+{bare}"}
        case "subnet":
            return {name: re.sub(r"/\d{1,3}$", "", text)}  # rows have no mask
    return {name: _KNOWN.get(text.lower(), text)}


def _resumed(search: Search, place: _Place) -> Search:
    if place.fingerprint != search.fingerprint or not search.start.date() <= place.day <= search.day:
        raise BadParameter("continuation is of another search: expected that of the page before.")
    return replace(search, day=place.day, token=place.token)


def period(parameters: Mapping[str, str], now: datetime, most_days: int = MOST_DAYS) -> tuple[datetime, datetime]:
    """The time from `from` on and before `to`: UTC days or times; a day as `to` is included. The last day by default.

    Raises BadParameter.
    """
    end = _moment(parameters, "to", _DAY) or now
    start = _moment(parameters, "from", timedelta()) or end - _DAY
    if not start < end:
        raise BadParameter(f"from is {utc(start)}: expected a time before to, {utc(end)}.")
    if end - start > timedelta(days=most_days):
        raise BadParameter(f"from is {utc(start)}: expected at most {most_days} days before to, {utc(end)}.")
    return start, end


def _last_day(end: datetime) -> date:
    return (end - timedelta(microseconds=1)).date()


def _moment(parameters: Mapping[str, str], name: str, after_day: timedelta) -> datetime | None:
    text = parameters.get(name)
    if not text:
        return None
    try:
        unescaped = text.replace(" ", "+")  # a + that is not escaped in a URL is a space
        if not _TIME.fullmatch(unescaped):
            raise ValueError
        moment = datetime.fromisoformat(unescaped)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC) + after_day
    except (ValueError, OverflowError):
        raise BadParameter(
            f"{name} is {text[:60]!r}: expected a day or time from 2000 on such as 2026-03-04T10:00:00Z."
        ) from None


def _one_of(parameters: Mapping[str, str], name: str, members: tuple[str, ...]) -> str | None:
    text = parameters.get(name)
    if text and text not in members:
        raise BadParameter(f"{name} is {text[:60]!r}: expected one of {', '.join(members)}.")
    return text or None


def _number(parameters: Mapping[str, str], name: str, default: int, most: int) -> int:
    text = parameters.get(name) or str(default)
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= most):
        raise BadParameter(f"{name} is {text[:60]!r}: expected a number from 1 to {most}.")
    return int(text)
