"""A row of Graph's in a form that JSON, Cosmos DB and every reader keep as it is."""

from decimal import Decimal
from typing import Any

from callrecords.graphtypes import MOST_EXACT, JsonObject
from callrecords.phone.amounts import is_moderate, plain

# Cosmos DB takes 128 levels (https://learn.microsoft.com/azure/cosmos-db/concepts-limits); Graph's rows have two.
_MOST_LEVELS = 60


def stored(row: JsonObject) -> tuple[JsonObject, bool]:
    """The row with unknown properties and nulls, and whether something in it had to be replaced.

    Numbers that are no integers of up to 2^53 are texts of the same number, with every digit, for readers of JSON make
    floats of them. Characters that no UTF-8 text can have are U+FFFD; lists and objects below level 60 are null.
    """
    storing = _Storing()
    record = {well_formed(name): storing.value(each, 1) for name, each in row.items()}
    return record, storing.is_repaired or any(well_formed(name) != name for name in row)


def well_formed(text: str) -> str:
    """The text, with U+FFFD for each half of a surrogate pair that stands alone."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


class _Storing:
    """Makes values storable, and remembers whether one was replaced."""

    def __init__(self) -> None:
        self.is_repaired = False

    def value(self, value: Any, level: int) -> Any:
        """The value as JSON can have it; `level` is how deep it is in the row."""
        match value:
            case None | bool():
                return value
            case int() if abs(value) <= MOST_EXACT:
                return value
            case int() | float() | Decimal():
                return _digits(value)
            case str():
                return self._text(value)
            case list() if level < _MOST_LEVELS:
                return [self.value(each, level + 1) for each in value]
            case dict() if level < _MOST_LEVELS:
                return {self._text(str(name)): self.value(each, level + 1) for name, each in value.items()}
        self.is_repaired = True
        return None

    def _text(self, value: str) -> str:
        found = well_formed(value)
        self.is_repaired = self.is_repaired or found != value
        return found


def _digits(value: float | Decimal) -> str:
    """The number as text: plain where Graph could have it, else as Python writes it, such as 1E+400 or NaN."""
    found = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    return plain(found) if is_moderate(found) and not (found.is_zero() and found.is_signed()) else str(found)
