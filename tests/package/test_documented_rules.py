"""The rules in docs/data.md by which streams are classified, and causes found, are those of the code."""

from collections.abc import Iterator

from callrecords.facts import causes, networkcauses
from callrecords.facts.metrics import Metric, Unit, is_poor_below
from callrecords.facts.streamquality import RULES, Profile, Rule, StreamKind
from tests.documented import schema
from tests.markdown import page, table

PAGE = page("docs/data.md")
TABLES = table(PAGE, "When a stream is poor")
NAMES = {
    StreamKind.AUDIO: "audio",
    StreamKind.VIDEO: "video",
    StreamKind.SCREEN_RECEIVED: "screen, received",
    StreamKind.SCREEN_SENT: "screen, sent",
}
UNITS = {
    Unit.SECONDS: " seconds",
    Unit.RATIO: "",
    Unit.PERCENT: " %",
    Unit.FRAMES_PER_SECOND: " a second",
    Unit.POINTS: " of the mean opinion score",
}
EVENT, SIGNAL = networkcauses.EVENT_RATIO, networkcauses.WEAK_SIGNAL


def limit(metric: Metric) -> str:
    side = "below" if is_poor_below(metric.name) else "above"
    return f"`{metric.name}` {side} {metric.threshold:g}{UNITS[metric.unit]}"


def cells(kind: StreamKind, profiles: list[Profile], rule: Rule) -> list[str]:
    """The line of the table."""
    one = len(rule.metrics) == 1
    decide = "this one" if one else "the first that is told" if rule.by_first else "all that are told"
    packets = f"up to {rule.packets} packets (`packetUtilization`), or an unknown number; " if rule.packets else ""
    return [
        NAMES[kind],
        ", ".join(f"`{each}`" for each in profiles),
        "; ".join(map(limit, rule.metrics)),
        decide,
        f"{packets}{'it is' if one else 'none is'} {'not ' if one else ''}told",
    ]


def expected() -> Iterator[list[str]]:
    for kind in StreamKind:
        profiles: dict[Rule, list[Profile]] = {}
        for profile in Profile:
            profiles.setdefault(RULES[profile][kind], []).append(profile)
        for rule, of_profiles in profiles.items():
            yield cells(kind, of_profiles, rule)


def test_the_table_has_each_rule_with_every_threshold() -> None:
    assert [line for line in TABLES if len(line) == 5] == [*expected()]


def test_the_table_of_causes_has_each_with_its_threshold() -> None:
    told = {cause.strip("`"): rule for cause, rule in [line for line in TABLES if len(line) == 2][2:]}
    assert {*told} == {*schema("calls")["$defs"]["cause"]["properties"]["cause"]["enum"]}
    assert f"below {SIGNAL} %" in told["weakWifi"]
    assert all(f"at least {EVENT} of the call" in told[cause] for cause in ("lowBandwidth", "processor", "device"))
    assert f"above {causes.LONG_ROUND_TRIP} seconds" in told["longWay"]
    assert f"at most {causes.LITTLE_LOSS} of the packets" in told["longWay"]
