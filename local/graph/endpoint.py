"""How Graph judges the endpoints that it delivers notifications to.

https://learn.microsoft.com/graph/change-notifications-delivery-webhooks
"""

from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class DeliveryRules:
    """Graph's numbers; those that it does not publish are max_batch and retry_base. All times in seconds.

    max_batch           notifications in one POST
    first_allowance     to answer the first attempt, and what is slow
    retry_allowance     to answer a repeated attempt
    handshake_allowance to answer the validation of an endpoint
    retry_base          between the first attempt and the second, doubled each time
    retry_for           after which a notification is abandoned
    window              over which an endpoint's answers are judged
    judged_from         answers, at least, for a judgement
    slow_share          of answers over first_allowance, above which new notifications are delayed
    slow_delay          by which they are delayed, for as long
    drop_share          of answers over retry_allowance, above which notifications are dropped
    drop_for            how long they are dropped
    """

    max_batch: int = 100
    first_allowance: float = 3
    retry_allowance: float = 10
    handshake_allowance: float = 10
    retry_base: float = 10
    retry_for: float = 4 * 3_600
    window: float = 600
    judged_from: int = 100
    slow_share: float = 0.10
    slow_delay: float = 600
    drop_share: float = 0.15
    drop_for: float = 600


class Endpoint:
    """What Graph thinks of one notification URL."""

    def __init__(self, rules: DeliveryRules) -> None:
        self._rules = rules
        self._answers: deque[tuple[datetime, float]] = deque()
        self._slow_until: datetime | None = None
        self._dropped_until: datetime | None = None

    def is_slow(self, now: datetime) -> bool:
        """Whether new notifications are delayed."""
        return self._slow_until is not None and now < self._slow_until

    def is_dropped(self, now: datetime) -> bool:
        """Whether notifications are dropped."""
        return self._dropped_until is not None and now < self._dropped_until

    def observe(self, now: datetime, seconds: float) -> None:
        """Takes an answer into account that took `seconds`, or that was waited for so long."""
        rules = self._rules
        self._answers.append((now, seconds))
        while now - self._answers[0][0] > timedelta(seconds=rules.window):
            self._answers.popleft()
        if len(self._answers) < rules.judged_from:
            return
        if not self.is_slow(now) and self._share_over(rules.first_allowance) > rules.slow_share:
            self._slow_until = now + timedelta(seconds=rules.slow_delay)
        if not self.is_dropped(now) and self._share_over(rules.retry_allowance) > rules.drop_share:
            self._dropped_until = now + timedelta(seconds=rules.drop_for)

    def _share_over(self, allowance: float) -> float:
        return sum(seconds >= allowance for _, seconds in self._answers) / len(self._answers)
