"""Why a call over Direct Routing failed, by the table of codes. Whether it failed is not said by any code."""

from callrecords.phone.codes import CODES, Code
from callrecords.ports.phonerow import PhoneCause, PhoneSide

# What the last three digits of a sub-code may say of people: the SBC of an inbound call stands for the caller alone.
_PEOPLE: dict[str, tuple[PhoneSide, ...]] = {"560nnn": ("caller", "callee"), "540nnn": ("caller",)}
_UNKNOWN = "The code, in newer documents of Microsoft and in the logs of the SBC."
_NEITHER = Code(None, None, "unknown", "Graph tells no code of the failure.", "The logs of the SBC.")
# All that is not of the SBC is of Microsoft's service (the page that the table names).
_OTHER = Code(None, None, "microsoft", "Microsoft's service ended the call.", _UNKNOWN)
_NO_SIP = Code(None, None, "unknown", "The SIP code is not known.", _UNKNOWN)


def explained(sip_code: int | None, sub_code: int | None, phrase: str | None) -> PhoneCause:
    """The cause of a failed call, from finalSipCode, callEndSubReason and finalSipCodePhrase; 0 says as little as None.

    The sub-code decides where the table has it, else the SIP code; a code that is not in the table is told as unknown.
    """
    sip = str(sip_code) if sip_code else None
    sub = str(sub_code) if sub_code else None
    found = _of_sub(sub, sip, phrase) if sub else _of_sip(sip, _NO_SIP if sip else _NEITHER)
    told: PhoneCause = {"cause": found.cause, "side": found.side, "lookAt": found.look_at}
    if sip_code is not None:
        told["sipCode"] = sip_code
    if sub_code is not None:
        told["subCode"] = sub_code
    return told


def _of_sub(sub: str, sip: str | None, phrase: str | None) -> Code:
    for code in CODES:
        if code.sub and _fits(code.sub, sub) and code.sip in (None, sip) and _has(phrase, code.phrase):
            return _with_answer(code, sub[3:]) if code.sub in _PEOPLE else code
    found = _of_sip(sip, _OTHER)
    side: PhoneSide = "microsoft" if found.side == "unknown" else found.side
    return found._replace(cause=f"{found.cause} Microsoft's sub-code is not known.", side=side)


def _of_sip(sip: str | None, other: Code) -> Code:
    """The meaning by RFC 3261; `other` where it has none."""
    return next((code for code in CODES if sip and code.sub is None and code.sip and _fits(code.sip, sip)), other)


def _with_answer(code: Code, answer: str) -> Code:
    """The entry of a range, with what the SIP code in the sub-code says, and about whom."""
    said = _of_sip(answer, _NO_SIP)
    is_of_people = said.side in _PEOPLE[code.sub or ""]
    cause = f"{code.cause} {answer}: {said.cause[0].lower()}{said.cause[1:]}"
    whose = said if is_of_people else code
    return code._replace(cause=cause, side=whose.side, look_at=whose.look_at)


def _fits(pattern: str, code: str) -> bool:
    """Whether the code is the pattern, in which n is any digit."""
    return len(pattern) == len(code) and all(
        own == digit or (own == "n" and digit.isdecimal()) for own, digit in zip(pattern, code, strict=True)
    )


def _has(phrase: str | None, word: str | None) -> bool:
    return word is None or (phrase is not None and word in phrase.lower())
