"""The rules by which verdicts were reached, in words, in English. Pure."""

from collections.abc import Collection, Iterator

from callrecords.facts.explain.numbers import metric_in_words, poor_in_words
from callrecords.facts.explain.words import joined
from callrecords.facts.streamquality import RULES, Profile, Rule, StreamKind
from callrecords.ports.callrow import CallRow

_DEFINITIONS = {
    Profile.CURRENT: "Media are classified by the definition that Microsoft has had since 2022.",
    Profile.BEFORE_2022: "Media are classified by the definition that Microsoft had before 2022.",
}
_OF_MEDIA: dict[str, dict[StreamKind, str]] = {
    "audio": {StreamKind.AUDIO: "audio"},
    "video": {StreamKind.VIDEO: "video"},
    "screenSharing": {
        StreamKind.SCREEN_RECEIVED: "a shared screen, as somebody receives it,",
        StreamKind.SCREEN_SENT: "a shared screen on its way to the service, or in the codec h264s,",
    },
}


def rules_in_words(row: CallRow) -> Iterator[str]:
    """All rules for the media that the call has, and that for failures where there are any."""
    if row["quality"]:
        yield from _of_media(row["quality"], Profile(row["qualityProfile"]))
    if row["failures"]:
        yield "It is no failure of the service if somebody was busy, declined, gave up or did not answer."
        yield "Graph tells a failure of a session, so both its endpoints have it. It may be due to either."


def _of_media(media: Collection[str], profile: Profile) -> Iterator[str]:
    yield _DEFINITIONS[profile]
    for medium, names in _OF_MEDIA.items():
        if medium not in media:
            continue
        by_rule: dict[Rule, list[str]] = {}
        for kind, name in names.items():
            by_rule.setdefault(RULES[profile][kind], []).append(name)
        for rule, named in by_rule.items():
            yield from _rule(rule, named[0] if len(named) == 1 else "a shared screen")
    if "screenSharing" in media:
        yield "A shared application (RDP) is not classified: Graph tells none of its numbers."
    yield "A stream of which Graph tells none of these numbers is not classified."


def _rule(rule: Rule, name: str) -> Iterator[str]:
    subject = name[0].upper() + name[1:]
    if not rule.by_first:
        yield f"{subject} is poor if {joined(map(poor_in_words, rule.metrics), 'or')}."
    else:
        first, *others = rule.metrics
        yield f"{subject} is poor if {poor_in_words(first)}."
        for count, metric in enumerate(others, 1):
            untold = joined(map(metric_in_words, rule.metrics[:count]), "or")
            yield f"Where Graph does not tell the {untold}, it is poor if {poor_in_words(metric)}."
    if rule.packets is not None:
        yield f"{subject} of up to {rule.packets} packets, or of an unknown number, is not classified."
