from datetime import timedelta

from callrecords.operate.report import HealthReport, Link
from tests.invented import NOW


def test_what_is_known_of_a_link_is_told() -> None:
    body = HealthReport(
        {"cosmos": Link(facts={"note": 1}), "graph": Link("no", {"note": 2})}, NOW, timedelta(seconds=2)
    ).as_json()
    assert (body["at"], body["ageSeconds"]) == (NOW.isoformat(), 2)
    assert body["links"] == {
        "cosmos": {"ok": True, "why": None, "note": 1},
        "graph": {"ok": False, "why": "no", "note": 2},
    }
