"""To whom a call went on: before anybody answered it, or afterwards. Graph has no word for either."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from callrecords.facts.ends import Side
from callrecords.facts.parties import Party
from callrecords.facts.voice.answers import Answer
from callrecords.facts.voice.evidence import evidence_of, who_row
from callrecords.facts.voice.legs import Leg
from callrecords.facts.voice.path import is_callers
from callrecords.ports.callrow import WhoRow

# So much sooner than one leg ends the leg that takes over may begin.
_HANDOVER = timedelta(seconds=5)


def forwarded(legs: Sequence[Leg], answers: Sequence[Answer]) -> WhoRow | None:
    """Who answered a call between parties instead of the one who was called first, and who did not answer.

    Graph has no word for it: told is that the leg to the one who answered began later.
    """
    if not answers or answers[0].who is None or not answers[0].leg.is_direct:
        return None
    leg, who = answers[0].leg, answers[0].who
    first = next(each for each in legs if each.is_direct)
    called = first.people.get("callee")
    if called is None or called.key is None or called.key == who.key or first.start >= leg.start:
        return None
    return who_row(who, "likely", evidence_of(leg) | {"calledFirst": called.key})


def transferred(legs: Sequence[Leg], answers: Sequence[Answer], caller: Party) -> WhoRow | None:
    """With whom the caller was at last, after the one who answered had left.

    Graph has no word for it: told is that the leg of another began when those of the first had ended. A leg from the
    caller to one who did not answer counts too. Where another took the place of the caller, it is with that one that
    the first was at last.
    """
    first = answers[0].who if answers else None
    if first is None:
        return None
    left = max(each.leg.end for each in answers if each.who and each.who.key == first.key)
    later = [
        (leg, who)
        for leg, who in _reached(legs, answers, caller)
        if who.key != first.key and answers[0].leg.start < leg.start and leg.start >= left - _HANDOVER
    ]
    later += _in_place_of(caller, first, legs)
    if not later:
        return None
    leg, who = max(later, key=lambda each: (each[0].start, each[0].end))
    return who_row(who, "likely", evidence_of(leg) | {"answeredFirst": first.key or ""})


def _reached(legs: Sequence[Leg], answers: Sequence[Answer], caller: Party) -> Iterator[tuple[Leg, Party]]:
    """Those who answered, and those to whom there is a leg from the caller, in the order of the legs of known times."""
    connected = {id(each.leg): each.who for each in answers}
    for leg in legs:
        callee = leg.people.get("callee") if leg.is_direct and is_callers(leg, caller) else None
        who = connected.get(id(leg)) or callee
        if who and who.key != caller.key and leg.item.interval:
            yield leg, who


def _in_place_of(caller: Party, first: Party, legs: Sequence[Leg]) -> list[tuple[Leg, Party]]:
    """Those who were with the first one of the called after the caller had left the same session to them."""
    found = []
    of_first = [leg for leg in legs if leg.is_direct and _is_at(leg, "callee", first)]
    for own in (leg for leg in of_first if _is_at(leg, "caller", caller)):
        for leg in of_first:
            who = leg.people.get("caller")
            is_later = leg.item.interval and own.start < leg.start and leg.start >= own.end - _HANDOVER
            if who and who.key not in (caller.key, first.key) and leg.session_id == own.session_id and is_later:
                found.append((leg, who))
    return found


def _is_at(leg: Leg, side: Side, party: Party) -> bool:
    return side in leg.people and leg.people[side].key == party.key
