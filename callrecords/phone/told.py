"""What a row of Graph's tells, by the types that its metadata has, and what is odd in it."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from callrecords.graphtypes import MOST_EXACT, JsonObject, moment
from callrecords.phone.stored import well_formed
from callrecords.ports.phonerow import PhoneFlag

GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NO_GUID = "00000000-0000-0000-0000-000000000000"
# Graph has the first moment of .NET where a time is not set
# (https://learn.microsoft.com/graph/api/callrecords-callrecord-getdirectroutingcalls).
_NOT_SET = "0001-01-01"


@dataclass(frozen=True)
class Told:
    """The properties of a row. What is null, empty or missing is None; so is what is of another type, with a flag."""

    properties: JsonObject
    flags: set[PhoneFlag] = field(default_factory=set)

    def flag(self, name: PhoneFlag, holds: bool = True) -> None:
        """Adds the flag, if it holds."""
        if holds:
            self.flags.add(name)

    def text(self, name: str) -> str | None:
        """The string, as Graph has it."""
        value = self.properties.get(name)
        if isinstance(value, str):
            return well_formed(value) or None
        self._look_at(value)
        return None

    def lower(self, name: str) -> str | None:
        """The string in lower case: ids and names that are the same in either."""
        found = self.text(name)
        return found.lower() if found else None

    def upper(self, name: str) -> str | None:
        """The string in upper case: codes of countries."""
        found = self.text(name)
        return found.upper() if found else None

    def guid(self, name: str) -> str | None:
        """The GUID in lower case, unless it is all zeros; what is none is kept, with a flag."""
        found = self.lower(name)
        self.flag("oddProperty", found is not None and not GUID.fullmatch(found))
        return None if found == _NO_GUID else found

    def truth(self, name: str) -> bool | None:
        """The boolean."""
        value = self.properties.get(name)
        if isinstance(value, bool):
            return value
        self._look_at(value)
        return None

    def whole(self, name: str, least: int = -MOST_EXACT) -> int | None:
        """The integer, also where it is written as 172.0; from `least` up to 2^53."""
        value = self.properties.get(name)
        is_number = type(value) is int or (isinstance(value, Decimal) and value.is_finite())
        if is_number and value is not None and least <= value <= MOST_EXACT and value == int(value):
            return int(value)
        self._look_at(value)
        return None

    def time(self, name: str) -> datetime | None:
        """The moment in UTC, unless it is that of a time that is not set."""
        value = self.properties.get(name)
        if isinstance(value, str) and value.startswith(_NOT_SET):
            return None
        found = moment(value)
        if found is None:
            self._look_at(value)
        return found

    def _look_at(self, value: object) -> None:
        """Flags what is of another type or form, unless there is nothing."""
        self.flag("oddProperty", not (value is None or (isinstance(value, str) and not value)))
