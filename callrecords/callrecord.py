"""A call record as Graph sent it, whole."""

from dataclasses import dataclass

from callrecords.jsontypes import JsonObject


@dataclass(frozen=True)
class CallRecord:
    """Everything that Graph holds of one call at one version.

    `properties` is the callRecord resource without its long lists, unknown properties included; `sessions`
    (each with its segments) and `participants` (participants_v2) are whole, in Graph's order.
    """

    call_id: str
    version: int
    properties: JsonObject
    sessions: list[JsonObject]
    participants: list[JsonObject]
