"""Graph's limits for call records: https://learn.microsoft.com/graph/throttling-limits#call-records-limits."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limit:
    """At most `requests` in any `seconds`."""

    requests: int
    seconds: float

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.requests / self.seconds


RECORD_FIRST_PAGE = Limit(10, 20)
RECORD_NEXT_PAGE = Limit(50, 300)
LIST_FIRST_PAGE = Limit(15, 20)
LIST_NEXT_PAGE = Limit(55, 300)
# Of the functions that give the rows of phone calls no limit is documented: as that of one record, for each function.
PHONE_CALLS_PAGE = Limit(10, 20)
# Of an app in a tenant: all workers together.
APP_AND_TENANT = Limit(1_500, 20)

# Seconds that an invocation waits in all, but for its turn in a backlog. Longer waits belong in the queue.
LONGEST_WAIT = 5.0
# Seconds that a message of a backlog waits for its turns in all, half of them for one: what it has read by the first is
# not read in vain. Put back, it would only make room for one that waits as long.
LONGEST_TURNS = 60.0

type Bucket = tuple[Limit, str]
"""A limit and what it is for: a call id, a function; of the tenant's limit, a share."""

BACKLOG: Bucket = (APP_AND_TENANT, "")
"""The share of the tenant's limit that ingest has."""

RESERVED: Bucket = (APP_AND_TENANT, "reserved")
"""The share of what somebody waits for, and of lists, which are few: a tenth, whatever the backlog takes."""

RESERVED_PART = 0.1
