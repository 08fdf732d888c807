"""What a call over a calling plan cost."""

import re
from decimal import Decimal

from callrecords.graphtypes import JsonObject
from callrecords.phone.amounts import amount, exact_sum, plain
from callrecords.phone.told import Told

# ISO 4217's letters; which currencies there are changes.
_CURRENCY = re.compile(r"[A-Za-z]{3}")


def charges_of(told: Told) -> JsonObject:
    """The charges of the row and their sum as decimal text, and the currency; the sum only where both are amounts."""
    charge, connection = _amount(told, "charge"), _amount(told, "connectionCharge")
    currency = _currency(told)
    told.flag("currencyMissing", currency is None and any((charge, connection)))
    return {
        "charge": None if charge is None else plain(charge),
        "connectionCharge": None if connection is None else plain(connection),
        "totalCharge": None if charge is None or connection is None else plain(exact_sum(charge, connection)),
        "currency": currency,
    }


def _amount(told: Told, name: str) -> Decimal | None:
    """The amount; None with a flag where there is none, or something that is no amount, which stays in the record."""
    value = told.properties.get(name)
    if value is None or value == "":
        told.flag("amountMissing")
        return None
    found = amount(value)
    told.flag("amountUnreadable", found is None)
    told.flag("amountAsText", found is not None and isinstance(value, str))
    told.flag("amountNegative", found is not None and found < 0)
    return found


def _currency(told: Told) -> str | None:
    found = told.text("currency")
    is_code = found is not None and _CURRENCY.fullmatch(found) is not None
    told.flag("currencyUnreadable", found is not None and not is_code)
    return found.upper() if found and is_code else None
