import pytest

from local.functions_host import routes
from local.functions_host.routes import RouteTemplate


def match(template: str, path: str) -> dict[str, str] | None:
    return RouteTemplate.parse(template).match(routes.split(path))


@pytest.mark.parametrize(
    ("template", "path", "params"),
    [
        ("calls", "/calls", {}),
        ("calls", "/CALLS/", {}),
        ("calls", "/calls/1", None),
        ("calls", "/", None),
        ("calls/{id}", "/calls/a%2Fb%20c", {"id": "a/b c"}),
        ("calls/{id}", "/calls", None),
        ("calls/{id}", "/calls//", None),
        ("calls/{id?}", "/calls", {}),
        ("calls/{id?}", "/calls/7", {"id": "7"}),
        ("calls/{id?}", "/calls/7/8", None),
        ("calls/{id}/parts", "/calls/7/Parts", {"id": "7"}),
        ("files/{*path}", "/files", {}),
        ("files/{*path}", "/files/a/b/c", {"path": "a/b/c"}),
        ("{**path}", "/", {}),
        ("", "/", {}),
        ("", "/x", None),
    ],
)
def test_a_path_fits_its_template(template: str, path: str, params: dict[str, str] | None) -> None:
    assert match(template, path) == params


@pytest.mark.parametrize(
    ("constraint", "good", "bad"),
    [
        ("int", "-2147483648", "2147483648"),
        ("long", "2147483648", "9223372036854775808"),
        ("bool", "True", "1"),
        ("guid", "11112222-3333-4444-5555-666677778888", "11112222-3333"),
        ("alpha", "aB", "a1"),
        ("decimal", "-1.5", "1e5"),
        ("double", "15", "x"),
        ("float", ".5", "."),
        ("min(3)", "3", "2"),
        ("max(3)", "-1", "4"),
        ("range(1,3)", "2", "0"),
        ("minlength(2)", "ab", "a"),
        ("maxlength(2)", "ab", "abc"),
        ("length(2)", "ab", "a"),
        ("length(2,3)", "abc", "abcd"),
        ("int:min(3)", "12", "2"),
    ],
)
def test_a_constraint_lets_only_its_values_through(constraint: str, good: str, bad: str) -> None:
    template = f"calls/{{id:{constraint}}}"
    assert match(template, f"/calls/{good}") == {"id": good}
    assert match(template, f"/calls/{bad}") is None


def test_an_optional_parameter_keeps_its_constraint() -> None:
    assert match("calls/{id:int?}", "/calls") == {}
    assert match("calls/{id:int?}", "/calls/x") is None


def test_literals_come_before_constrained_parameters_before_parameters_before_wildcards() -> None:
    templates = ["calls/{*rest}", "calls/{id}", "calls/{id:int}", "calls/recent", "calls"]
    ordered = sorted(templates, key=lambda each: RouteTemplate.parse(each).precedence)
    assert ordered == ["calls", "calls/recent", "calls/{id:int}", "calls/{id}", "calls/{*rest}"]


@pytest.mark.parametrize(
    ("template", "fault"),
    [
        ("calls/{id:odd}", "constraint odd()"),
        ("calls/{id:length}", "constraint length()"),
        ("calls/{id:min(x)}", "constraint min(x)"),
        ("calls/{id", "'{id' is not a segment"),
        ("calls/v{version}", "'v{version}' is not a segment"),
        ("calls/{id?}/parts", "only the last segment"),
        ("{*rest}/parts", "only the last segment"),
        ("/calls", "a segment is empty"),
        ("calls//parts", "a segment is empty"),
    ],
)
def test_a_wrong_template_is_refused_by_its_fault(template: str, fault: str) -> None:
    with pytest.raises(ValueError, match="Route") as refusal:
        RouteTemplate.parse(template)
    assert repr(template) in str(refusal.value)
    assert fault in str(refusal.value)
