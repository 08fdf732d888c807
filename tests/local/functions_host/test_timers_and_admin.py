import json

from tests.local.functions_host.hosting import KEY, Host, wait_until


def test_timers_fire(host: Host) -> None:
    wait_until(lambda: {"tick": False} in host.seen())
    assert host.seen().count({"start_up": False}) == 1


def test_a_function_is_run_by_hand(host: Host) -> None:
    key = {"x-functions-key": KEY}
    assert host.call("POST", "/admin/functions/run_errand", b'{"input": "by hand"}', key).status == 202
    assert host.call("POST", "/admin/functions/start_up", b"{}", key).status == 202
    wait_until(lambda: host.seen_of("by hand"))
    wait_until(lambda: host.seen().count({"start_up": False}) == 2)
    assert host.call("POST", "/admin/functions/run_errand", b'{"input": 7}', key).status == 400
    assert host.call("POST", "/admin/functions/echo", b"{}", key).status == 400
    assert host.call("POST", "/admin/functions/absent", b"{}", key).status == 404
    assert host.call("POST", "/admin/functions/run_errand", b"{}").status == 401


def test_functions_are_listed_with_their_bindings(host: Host) -> None:
    listed = json.loads(host.call("GET", "/admin/functions", headers={"x-functions-key": KEY}).body)
    (errand,) = (each for each in listed if each["name"] == "run_errand")
    assert [binding["type"] for binding in errand["config"]["bindings"]] == ["queueTrigger"]
