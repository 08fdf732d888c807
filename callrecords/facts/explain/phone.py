"""What the reports on phone calls say of a call, in words, in English. Pure."""

from collections.abc import Iterator, Sequence

from callrecords.ports.callrow import PhoneLegRow

_SOURCES = {"pstn": "Over Microsoft's telephony", "directRouting": "Over Direct Routing"}
_KINDS = {
    "call": "a call",
    "conference": "a telephone in the meeting",
    "transfer": "a transfer",
    "forwarded": "a call that was forwarded",
    "unassigned": "a call to a number that nobody has",
    "bot": "a call that an attendant or a queue took",
    "emergency": "a call for help",
    "unknown": "a call of unknown kind",
}


def legs_in_words(legs: Sequence[PhoneLegRow]) -> Iterator[str]:
    """The phone legs of a call, a sentence each; what is inferred says so."""
    for leg in legs:
        failed = "" if leg.get("successful", True) else ", which failed"
        cost = (
            f", for {leg['totalCharge']} {leg.get('currency', 'of an unknown currency')}"
            if "totalCharge" in leg
            else ""
        )
        doubt = ", most likely" if leg["inferred"] else ""
        yield f"{_SOURCES[leg['source']]}: {_KINDS[leg['kind']]}{failed}{cost}{doubt} (row {leg['id']})."
