"""What is known of the way from Graph to Cosmos DB, link by link."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from callrecords.graphtypes import JsonObject


@dataclass(frozen=True)
class Link:
    """One link of the chain: `why` says what is wrong with it, None where nothing is; `facts` what is known of it."""

    why: str | None = None
    facts: JsonObject = field(default_factory=dict)


@dataclass(frozen=True)
class HealthReport:
    """The links by name, in the order of the way; as they were `at`, which is so long ago."""

    links: dict[str, Link]
    at: datetime
    age: timedelta = timedelta()

    @property
    def healthy(self) -> bool:
        return all(link.why is None for link in self.links.values())

    def as_json(self) -> JsonObject:
        """The first broken link and all that is known."""
        broken = next(({"link": name, "why": link.why} for name, link in self.links.items() if link.why), None)
        links = {name: {"ok": link.why is None, "why": link.why, **link.facts} for name, link in self.links.items()}
        age = {"at": self.at.isoformat(), "ageSeconds": round(self.age.total_seconds(), 1)}
        return {"healthy": self.healthy, "broken": broken, **age, "links": links}
