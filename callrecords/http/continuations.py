"""The continuation of a search: what the next request gives to go on where a page ended."""

import base64
import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

import orjson

from callrecords.callrecord import CALL_ID
from callrecords.cosmos.order import Sort
from callrecords.cosmos.search import Place
from callrecords.graphtypes import MOST_EXACT
from callrecords.http.answers import BadParameter
from callrecords.http.parameters import TIME


@dataclass(frozen=True)
class Continuation:
    """What it says: `fingerprint` tells its search from others, `asked` is when the first page was asked for."""

    fingerprint: str
    asked: datetime
    place: Place

    def __str__(self) -> str:
        told = [self.fingerprint, self.asked.isoformat(), self.place.day.isoformat(), self.place.after]
        return base64.urlsafe_b64encode(orjson.dumps(told)).decode()

    @classmethod
    def parse(cls, text: str, is_key: Callable[..., bool]) -> "Continuation":
        """What `str` of it says; BadParameter where `is_key` says that its values are no key of a row."""
        try:
            fingerprint, asked, day, after = orjson.loads(base64.urlsafe_b64decode(text))
            if not (TIME.fullmatch(asked) and (after is None or is_key(*after))):
                raise ValueError
            place = Place(date.fromisoformat(day), tuple(after) if after else None)
            return cls(fingerprint, datetime.fromisoformat(asked).astimezone(UTC), place)
        except (ValueError, TypeError, OverflowError):
            raise BadParameter("continuation is malformed: expected that of the page before.") from None


def fingerprint(parameters: Mapping[str, str], names: Iterable[str]) -> str:
    """What tells a search with these of the parameters from others."""
    return hashlib.sha256(orjson.dumps({name: parameters.get(name) for name in names})).hexdigest()[:16]


def is_key_of_call(sort: Sort, *values: object) -> bool:
    """Whether these are the values of a fact row by which it is sorted."""
    match sort, values:
        case "newest", (str(start), str(call_id)):
            return bool(TIME.fullmatch(start) and CALL_ID.fullmatch(call_id))
        case "worst", (affected, streams, str(call_id)):
            return _is_count(affected) and _is_count(streams) and bool(CALL_ID.fullmatch(call_id))
    return False


def _is_count(value: object) -> bool:
    return type(value) is int and 0 <= value <= MOST_EXACT
