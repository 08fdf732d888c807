"""Amounts of money, exact to the last digit: read, written as plain text, and summed by currency.

Graph's amounts are Edm.Decimal (https://learn.microsoft.com/graph/api/resources/callrecords-pstncalllogrow has Double).
No float comes near one.
"""

import re
from collections.abc import Iterable
from decimal import Context, Decimal, Inexact, InvalidOperation

from callrecords.ports.phonerow import PhoneRow

# Of a .NET decimal, which Graph has behind Edm.Decimal
# (https://learn.microsoft.com/dotnet/api/system.decimal): digits before and after the point.
_MOST_WHOLE, _MOST_FRACTION = 29, 28
# As OData has an Edm.Decimal in a string (IEEE754Compatible), without an exponent; nothing else can be but one amount.
_PLAIN = re.compile(rf"-?[0-9]{{1,{_MOST_WHOLE}}}(?:\.[0-9]{{1,{_MOST_FRACTION}}})?")
# Exact for more rows than there are; what would be rounded all the same is an error.
_EXACT = Context(prec=100, traps=[Inexact, InvalidOperation])


def amount(value: object) -> Decimal | None:
    """The amount, if it is a number of JSON or plain decimal text such as "0.0150"; never one with a guess in it."""
    if isinstance(value, str):
        return Decimal(value) if _PLAIN.fullmatch(value) else None
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    found = Decimal(value)
    return found if is_moderate(found) else None


def is_moderate(value: Decimal) -> bool:
    """Whether Graph could have the number, so that its plain text is short."""
    exponent = value.as_tuple().exponent
    return isinstance(exponent, int) and exponent >= -_MOST_FRACTION and value.adjusted() < _MOST_WHOLE


def plain(value: Decimal) -> str:
    """The number with every digit that it has, zeros at the end too, and without an exponent: 0.0150, 1000."""
    return format(value.copy_abs() if value.is_zero() else value, "f")


def exact_sum(*values: Decimal) -> Decimal:
    """The sum with every digit; that of none is 0."""
    total = Decimal(0)
    for value in values:
        total = _EXACT.add(total, value)
    return total


def sums_by_currency(amounts: Iterable[tuple[str, Decimal]]) -> dict[str, Decimal]:
    """The exact sum of each currency, by its code in order: amounts of two currencies are never added."""
    found: dict[str, Decimal] = {}
    for currency, value in amounts:
        found[currency] = exact_sum(found.get(currency, Decimal(0)), value)
    return dict(sorted(found.items()))


def charged(row: PhoneRow) -> tuple[str, Decimal] | None:
    """The currency of a row and what the call cost in all; None where the total is not known.

    The currency is "" where Graph told none, so that no money is lost in a sum.
    """
    return (row.get("currency", ""), Decimal(row["totalCharge"])) if "totalCharge" in row else None
