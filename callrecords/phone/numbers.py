"""What a telephone number is: masked, no number at all, or one of those that call for help.

Graph stars out the last digits of the other party's number: three where the organisation is in BE, DE, DK, ES, FI, IT,
NL, NO or SE, four in CH and FR (https://learn.microsoft.com/graph/api/callrecords-callrecord-getpstncalls). It does not
say whether short numbers are spared.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Literal

# As Direct Routing has them too: with a scheme before, and a host or parameters behind.
_DIALLED = re.compile(r"(?:4:|tel:|sip:)?(\+?\(?[0-9*#][0-9*# ().-]*)(?:[@;].*)?", re.IGNORECASE | re.DOTALL)
_STARS = (3, 4)
LEAST_SHOWN = 4
"""So many digits at its beginning are shown of a masked number that still tells one from others."""
_TOLD = re.compile(rf"[0-9]+|[0-9]{{{LEAST_SHOWN},}}\*{{{_STARS[0]},{_STARS[1]}}}")
_SHORT = re.compile(r"\*{2,4}")

# The emergency numbers that Microsoft keeps for Teams by country (ISO 3166-1 alpha-2), some countries of them, without
# test numbers and dial masks: https://learn.microsoft.com/microsoftteams/emergency-numbers-reference, of 2024-05-01.
_BY_COUNTRY: Mapping[str, frozenset[str]] = {
    country: frozenset(numbers.split())
    for country, numbers in {
        "AT": "112 122 128 133 140 141 142 144 147",
        "AU": "000 106 112",
        "BE": "100 101 102 103 105 106 107 108 110 112 117 119",
        "CA": "911",
        "CH": "112 117 118 143 144 147",
        "CZ": "112 150 155 156 158",
        "DE": "110 112",
        "DK": "112 114",
        "EE": "112",
        "ES": "061 062 080 085 091 092 112",
        "FI": "112",
        "FR": "112 115 119 15 17 18",
        "GB": "112 999",
        "HK": "999",
        "HU": "104 105 107 112",
        "IE": "112 999",
        "IN": "100 101 102 112",
        "IT": "112 113 114 115 118",
        "JP": "110 118 119",
        "KR": "112 119 122",
        "LT": "112",
        "LU": "112 113",
        "MX": "911",
        "MY": "112 999",
        "NL": "112",
        "NO": "110 112 113",
        "NZ": "111",
        "PL": "112 984 985 986 987 989 991 992 993 994 995 996 997 998 999",
        "PR": "911",
        "PT": "112 117",
        "RO": "112 113",
        "SE": "112",
        "SG": "993 995 999",
        "SK": "112 150 155 158",
        "US": "911",
        "VI": "911",
        "ZA": "10111 10177 112 107",
    }.items()
}
# Where the country is not told, or not in the table. The others may be anybody's extension there.
_ANYWHERE = frozenset({"000", "112", "911", "999"})
# It is answered by a machine that reads the caller's address back; the same table has it.
_TEST, _TEST_COUNTRIES = "933", ("CA", "PR", "US", None)

type Calls = Literal["help", "helpPerhaps", "test", "masked"]


def is_masked(number: str) -> bool:
    """Whether digits of the number are replaced by stars."""
    return "*" in number


def is_dialled(number: str) -> bool:
    """Whether it is a number at all, and no display string and nothing that says that it is withheld."""
    return _DIALLED.fullmatch(number) is not None


def digits(number: str | None) -> str | None:
    """The digits of a number, and stars for the last ones if they are masked: equal for two spellings of one number.
    None where it is no number, is masked as Graph masks none, or so masked that it may be anybody's."""
    found = _DIALLED.fullmatch(number or "")
    only = re.sub("[^0-9*]", "", found[1]) if found else ""
    return only if _TOLD.fullmatch(only) else None


def spelled(numbers: Collection[str]) -> tuple[list[str], list[str]]:
    """How calls may have these numbers, which are as `digits` has them: with and without a plus. Of masked ones, of
    which a call may show fewer digits, the second list has what the number begins with."""
    exact = {number for number in numbers if not is_masked(number)}
    shown = {number.partition("*")[0] for number in numbers if is_masked(number)}
    prefixes = {each[:-1] if len(each) > LEAST_SHOWN else each for each in shown}
    return _with_plus(exact), _with_plus(prefixes)


def masked(numbers: Collection[str]) -> list[str]:
    """How rows may have these numbers if they mask them, of those that are not masked."""
    return _with_plus(
        number[:-stars] + "*" * stars
        for number in numbers
        for stars in _STARS
        if not is_masked(number) and len(number) >= LEAST_SHOWN + stars
    )


def _with_plus(numbers: Iterable[str]) -> list[str]:
    return [spelling for number in sorted(numbers) for spelling in (number, f"+{number}")]


def may_be(number: str, other: str) -> bool:
    """Whether the number of a row may be the other one, of a call, both as `digits` has them. If it is masked, stars on
    either side may be any digit."""
    if not is_masked(number):
        return number == other
    return len(number) == len(other) and all(
        own in (its, "*") or its == "*" for own, its in zip(number, other, strict=True)
    )


def who_is_called(number: str, country: str | None) -> Calls | None:
    """Whether the number is one for emergencies where the caller is: `country` is in upper case, None where not told.

    helpPerhaps: in some countries it is, and the country is not told or not known here. masked: it is so short that all
    digits are starred, so that it may be one.
    """
    found = _DIALLED.fullmatch(number)
    dialled = found[1].lstrip("+").strip() if found else ""
    if is_masked(dialled):
        return "masked" if _SHORT.fullmatch(dialled) else None
    if dialled == _TEST and country in _TEST_COUNTRIES:
        return "test"
    if (numbers := _BY_COUNTRY.get(country or "")) is not None:
        return "help" if dialled in numbers else None
    return "helpPerhaps" if dialled in _ANYWHERE else None
