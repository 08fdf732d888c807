from callrecords.operate.links import HealthReport, Link


def test_what_is_known_of_a_link_is_told() -> None:
    body = HealthReport({"cosmos": Link(facts={"note": 1}), "graph": Link("no", {"note": 2})}).as_json()
    assert body["links"] == {
        "cosmos": {"ok": True, "why": None, "note": 1},
        "graph": {"ok": False, "why": "no", "note": 2},
    }
