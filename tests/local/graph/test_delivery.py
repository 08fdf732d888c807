"""Repeats, delays and drops: how Graph treats endpoints that fail or are slow."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web

from local.graph import DeliveryRules
from local.graph.delivery import Deliveries
from local.graph.endpoint import Endpoint

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
RULES = DeliveryRules(retry_base=0.001, judged_from=2)
TOO_SHORT = 0.05  # seconds, for an answer that waits to be given up

type Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
type Listen = Callable[[Handler], Awaitable[str]]
type Deliver = Callable[..., Deliveries]


@pytest.fixture
async def deliver() -> AsyncIterator[Deliver]:
    """Makes deliveries by RULES, changed as given; they end with the test."""
    begun = []

    def begin(clock: Callable[[], datetime] = lambda: NOW, **rules: Any) -> Deliveries:
        deliveries = Deliveries(DeliveryRules(**(vars(RULES) | rules)), clock)
        begun.append(deliveries)
        return deliveries

    yield begin
    for deliveries in begun:
        await deliveries.close()


def answering(*statuses: int) -> Handler:
    """Answers with one status after the other."""
    following = iter(statuses)

    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=next(following), headers={"Location": "/"})

    return answer


async def test_a_notification_that_is_not_acknowledged_comes_again(listen: Listen, deliver: Deliver) -> None:
    deliveries = deliver()
    deliveries.post(await listen(answering(500, 307, 404, 202)), [{}, {}])
    await deliveries.idle()
    assert deliveries.counters == {"delivered": 2}
    assert [(each.number, each.status, each.notifications) for each in deliveries.log] == [
        (1, 500, 2),
        (2, 307, 2),
        (3, 404, 2),
        (4, 202, 2),
    ]


async def test_the_first_attempt_has_less_time_than_those_after_it(listen: Listen, deliver: Deliver) -> None:
    timed_out = asyncio.Event()
    deliveries = deliver(first_allowance=TOO_SHORT)

    async def answer_too_late_for_the_first(_: web.Request) -> web.Response:
        await (asyncio.sleep(2 * TOO_SHORT) if deliveries.log else timed_out.wait())
        return web.Response(status=202)

    deliveries.post(await listen(answer_too_late_for_the_first), [{}])
    await deliveries.idle()
    timed_out.set()
    assert [each.status for each in deliveries.log] == [None, 202]


async def test_a_notification_is_abandoned_when_its_time_is_over(listen: Listen, deliver: Deliver) -> None:
    now = [NOW]

    async def fail_an_hour_later(_: web.Request) -> web.Response:
        now[0] += timedelta(hours=1)
        return web.Response(status=503)

    deliveries = deliver(lambda: now[0])
    deliveries.post(await listen(fail_an_hour_later), [{}])
    await deliveries.idle()
    assert deliveries.counters == {"abandoned": 1}
    assert len(deliveries.log) == 4


async def test_an_endpoint_where_nobody_listens_is_tried_again(deliver: Deliver, unused_tcp_port: int) -> None:
    deliveries = deliver(retry_for=0.002)
    deliveries.post(f"http://127.0.0.1:{unused_tcp_port}/", [{}])
    await deliveries.idle()
    assert deliveries.counters == {"abandoned": 1}
    assert {each.status for each in deliveries.log} == {None}


async def test_new_notifications_to_a_slow_endpoint_are_delayed(listen: Listen, deliver: Deliver) -> None:
    timed_out = asyncio.Event()
    deliveries = deliver(first_allowance=TOO_SHORT, slow_delay=0.001)

    async def answer_the_first_attempt_too_late(_: web.Request) -> web.Response:
        if not deliveries.log:
            await timed_out.wait()
        return web.Response(status=202)

    url = await listen(answer_the_first_attempt_too_late)
    deliveries.post(url, [{}])
    await deliveries.idle()
    timed_out.set()
    deliveries.post(url, [{}])
    await deliveries.idle()
    assert deliveries.counters == {"delivered": 2, "delayed": 1}


async def test_notifications_to_an_endpoint_that_stays_slow_are_dropped(listen: Listen, deliver: Deliver) -> None:
    timed_out = asyncio.Event()
    deliveries = deliver(first_allowance=TOO_SHORT, retry_allowance=TOO_SHORT, slow_share=1)

    async def answer_too_late(_: web.Request) -> web.Response:
        await timed_out.wait()
        return web.Response(status=202)

    url = await listen(answer_too_late)
    deliveries.post(url, [{}])
    await deliveries.idle()
    timed_out.set()
    deliveries.post(url, [{}, {}])
    await deliveries.idle()
    assert deliveries.counters == {"dropped": 3}
    assert len(deliveries.log) == 2


async def test_closing_ends_what_is_under_way(listen: Listen, deliver: Deliver) -> None:
    deliveries = deliver(retry_base=3_600)
    answered = asyncio.Event()

    async def fail(_: web.Request) -> web.Response:
        answered.set()
        return web.Response(status=503)

    deliveries.post(await listen(fail), [{}])
    await answered.wait()
    await deliveries.close()
    await deliveries.idle()
    assert deliveries.counters == {}


def judged(*seconds: float, rules: DeliveryRules) -> Endpoint:
    """An endpoint that answered at NOW, in `seconds` each."""
    endpoint = Endpoint(rules)
    for each in seconds:
        endpoint.observe(NOW, each)
    return endpoint


@pytest.mark.parametrize(("slow", "is_slow"), [(10, False), (11, True)])
def test_an_endpoint_is_slow_when_more_than_a_tenth_of_100_answers_take_3_seconds(slow: int, is_slow: bool) -> None:
    endpoint = judged(*[0.1] * (100 - slow), *[3.0] * slow, rules=DeliveryRules())
    assert endpoint.is_slow(NOW) is is_slow
    assert not endpoint.is_dropped(NOW)


@pytest.mark.parametrize(("slow", "is_dropped"), [(15, False), (16, True)])
def test_an_endpoint_is_dropped_when_more_than_15_of_100_answers_take_10_seconds(slow: int, is_dropped: bool) -> None:
    endpoint = judged(*[0.1] * (100 - slow), *[10.0] * slow, rules=DeliveryRules())
    assert endpoint.is_dropped(NOW) is is_dropped


def test_an_endpoint_is_not_judged_by_fewer_than_100_answers() -> None:
    endpoint = judged(*[10.0] * 99, rules=DeliveryRules())
    assert not endpoint.is_slow(NOW)
    assert not endpoint.is_dropped(NOW)


def test_a_delay_and_a_drop_end_after_10_minutes() -> None:
    endpoint = judged(*[10.0] * 100, rules=DeliveryRules())
    almost, over = NOW + timedelta(minutes=9, seconds=59), NOW + timedelta(minutes=10)
    assert endpoint.is_slow(almost)
    assert endpoint.is_dropped(almost)
    assert not endpoint.is_slow(over)
    assert not endpoint.is_dropped(over)


def test_slow_answers_during_a_delay_do_not_prolong_it() -> None:
    endpoint = judged(*[10.0] * 100, rules=DeliveryRules())
    endpoint.observe(NOW + timedelta(minutes=9), 10.0)
    assert not endpoint.is_slow(NOW + timedelta(minutes=10))
    assert not endpoint.is_dropped(NOW + timedelta(minutes=10))


def test_answers_of_more_than_10_minutes_ago_do_not_count() -> None:
    endpoint = judged(*[10.0] * 99, rules=DeliveryRules())
    endpoint.observe(NOW + timedelta(minutes=10, seconds=1), 10.0)
    assert not endpoint.is_slow(NOW + timedelta(minutes=10, seconds=1))
