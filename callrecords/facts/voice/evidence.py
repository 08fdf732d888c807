"""What a voice fact was read from, as a row has it."""

from typing import cast

from callrecords.facts.failures import Failure
from callrecords.facts.parties import Party
from callrecords.facts.voice.legs import Leg
from callrecords.graphtypes import known
from callrecords.ports.callrow import Certainty, Evidence, WhoRow


def evidence_of(leg: Leg, failure: Failure | None = None) -> Evidence:
    """The leg, and what failed in it."""
    stage, reason = failure or (None, None)
    told = {"sessionId": leg.session_id, "seconds": leg.seconds, "failureStage": stage, "failureReason": reason}
    return cast("Evidence", known(told))


def who_row(who: Party, certainty: Certainty, evidence: Evidence) -> WhoRow:
    """A party to whom a call came, with what says so."""
    row: WhoRow = {"value": who.id or "", "certainty": certainty, "evidence": evidence}
    if who.display_name:
        row["name"] = who.display_name
    return row
