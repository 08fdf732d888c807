from typing import Any

import pytest

from callrecords import __version__
from callrecords.http.operations import health
from callrecords.operate.report import HealthReport, Link
from tests.asking import told
from tests.invented import NOW


class KnownHealth:
    """Stands for a Health whose report is known."""

    def __init__(self, *links: Link) -> None:
        self.known = HealthReport({f"link {number}": link for number, link in enumerate(links)}, NOW)

    async def report(self) -> HealthReport:
        return self.known


async def test_an_app_without_settings_is_not_healthy_and_says_why() -> None:
    status, body = told(await health(None, ["A is missing.", "B is malformed."]))
    assert status == 503
    assert body["broken"] == {"link": "settings", "why": "A is missing. B is malformed."}
    assert body["healthy"] is False


@pytest.mark.parametrize(
    ("links", "status", "broken"),
    [
        ([Link(), Link()], 200, None),
        ([Link(), Link("broken")], 503, {"link": "link 1", "why": "broken"}),
        ([Link("first"), Link("second")], 503, {"link": "link 0", "why": "first"}),
    ],
)
async def test_health_is_a_status_and_the_first_link_that_is_broken(
    links: list[Link], status: int, broken: object
) -> None:
    known: Any = KnownHealth(*links)
    answered, body = told(await health(known, []))
    assert answered == status
    assert (body["healthy"], body["broken"]) == (status == 200, broken)
    assert [link["ok"] for link in body["links"].values()] == [link.why is None for link in links]


@pytest.mark.parametrize("known", [None, KnownHealth(Link()), KnownHealth(Link("broken"))])
async def test_health_tells_the_version_of_the_app(known: Any) -> None:
    _, body = told(await health(known, []))
    assert body["version"] == __version__
