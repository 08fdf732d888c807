"""A call record, read: its sessions with their streams and endpoints, and its people."""

from collections.abc import Sequence
from typing import NamedTuple

from callrecords.callrecord import CallRecord
from callrecords.facts.endpoints import Endpoint, endpoints_of
from callrecords.facts.intervals import bounds_of, told
from callrecords.facts.parties import Party
from callrecords.facts.people import Person, kinds, listed, organizer, people
from callrecords.facts.sessions import Session, sessions_of
from callrecords.facts.streamquality import Profile
from callrecords.facts.streams import Stream, streams_of
from callrecords.graphtypes import objects_of


class Call(NamedTuple):
    """What a row is made of: each session with its streams and its endpoints, and all people by name."""

    sessions: Sequence[tuple[Session, Sequence[Stream], Sequence[Endpoint]]]
    people: Sequence[Person]
    organized_by: Party | None

    @property
    def endpoints(self) -> list[Endpoint]:
        """Those of all sessions, in the order of these."""
        return [each for _, _, endpoints in self.sessions for each in endpoints]

    @property
    def streams(self) -> list[Stream]:
        """Those of all sessions, in the order of these."""
        return [each for _, streams, _ in self.sessions for each in streams]


def read(record: CallRecord, profile: Profile) -> Call:
    """The call, whatever the order of the record's sessions, segments and participants; streams are classified by the
    profile.
    """
    parties, organized_by = listed(record), organizer(record)
    known_kinds = kinds([*parties, *([organized_by] if organized_by else [])])
    bounds = bounds_of(told(record.properties.get("startDateTime")), told(record.properties.get("endDateTime")))
    sessions = []
    for number, session in enumerate(sessions_of(objects_of(record.sessions), known_kinds, bounds)):
        streams = streams_of(session, profile)
        sessions.append((session, streams, endpoints_of(session, streams, number)))
    return Call(sessions, people(parties, [each for _, _, found in sessions for each in found]), organized_by)
