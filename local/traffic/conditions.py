"""How well networks carry media."""

import math
from dataclasses import dataclass
from random import Random

# How many connections of each type are poor.
_POOR_SHARE = {"wired": 0.02, "wifi": 0.07, "tunnel": 0.1, "mobile": 0.15, "unknown": 0.05}


@dataclass(frozen=True)
class Conditions:
    """What a network does to media on average: jitter and round trip in seconds, loss as a fraction."""

    jitter: float
    round_trip: float
    loss: float

    @property
    def poor(self) -> bool:
        """True when one alone makes an audio stream poor.

        https://learn.microsoft.com/microsoftteams/stream-classification-in-call-quality-dashboard
        """
        return self.jitter > 0.03 or self.round_trip > 0.5 or self.loss > 0.1

    def worse(self, other: "Conditions") -> "Conditions":
        """The worse of each: the conditions between two parties."""
        return Conditions(
            max(self.jitter, other.jitter), max(self.round_trip, other.round_trip), max(self.loss, other.loss)
        )


DATA_CENTRE = Conditions(jitter=0.001, round_trip=0.01, loss=0.0)


def conditions(rng: Random, connection_type: str) -> Conditions:
    """Those of one connection for a session; poor ones have one fault, or two."""
    good = Conditions(
        jitter=min(rng.lognormvariate(math.log(0.006), 0.6), 0.028),
        round_trip=min(rng.lognormvariate(math.log(0.05), 0.6), 0.45),
        loss=min(rng.expovariate(500), 0.05),
    )
    if rng.random() >= _POOR_SHARE[connection_type]:
        return good
    fault = rng.choice(
        (
            Conditions(jitter=rng.uniform(0.034, 0.12), round_trip=0, loss=0),
            Conditions(jitter=0, round_trip=rng.uniform(0.55, 1.6), loss=0),
            Conditions(jitter=rng.uniform(0.01, 0.06), round_trip=0.2, loss=rng.uniform(0.11, 0.35)),
        )
    )
    return good.worse(fault)
