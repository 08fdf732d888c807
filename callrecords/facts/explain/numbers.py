"""Metrics, their values and causes in words, in English. Pure."""

from callrecords.facts.explain.words import role_in_words
from callrecords.facts.metrics import Metric, Unit, is_poor_below
from callrecords.facts.networkcauses import EVENT_RATIO, WEAK_SIGNAL
from callrecords.ports.callrow import CauseRow, ReasonRow

_METRICS = {
    "averageRoundTripTime": "round trip",
    "averagePacketLossRate": "packet loss",
    "averageJitter": "jitter",
    "averageAudioDegradation": "audio degradation",
    "averageRatioOfConcealedSamples": "share of filled-in audio",
    "averageVideoFrameLossPercentage": "frame loss",
    "averageVideoFrameRate": "frame rate",
    "postForwardErrorCorrectionPacketLossRate": "packet loss after error correction",
}
_SELDOM = f"expected under {EVENT_RATIO * 100} %"
_MOST_DECIMALS = 5
_CAUSES = {
    "wifi24GHz": "Wi-Fi on 2.4 GHz",
    "weakWifi": f"weak Wi-Fi: signal {{wifiSignalStrength}} %, expected at least {WEAK_SIGNAL} %",
    "vpn": "the media went through a VPN",
    "tcp": "the media went over TCP instead of UDP",
    "lowBandwidth": f"too little bandwidth for {{share}} of the call, {_SELDOM}",
    "longWay": "a long way: round trip {averageRoundTripTime} with {averagePacketLossRate} packet loss",
    "wiredLossOrJitter": "a wired network, where neither loss nor jitter is expected",
    "processor": f"the processor could not keep up for {{share}} of the call, {_SELDOM}",
    "device": f"the audio device did not work properly for {{share}} of the call, {_SELDOM}",
    "gatewayLeg": "the way between {caller} and {callee} was poor as well",
}
_UNITS = {"averageRoundTripTime": Unit.SECONDS, "averagePacketLossRate": Unit.RATIO}
_SYMBOLS: dict[str, str] = {
    Unit.SECONDS: " s",
    Unit.PERCENT: " %",
    Unit.FRAMES_PER_SECOND: " fps",
    Unit.POINTS: " MOS",
}


def metric_in_words(metric: Metric) -> str:
    """What the metric measures, such as "packet loss"."""
    return _METRICS[metric.name]


def poor_in_words(metric: Metric) -> str:
    """When the metric makes media poor: "its jitter is above 30 ms"."""
    return f"its {_METRICS[metric.name]} is {_side(metric.name)} {quantity(metric.threshold, metric.unit)}"


def _side(metric: str) -> str:
    return "below" if is_poor_below(metric) else "above"


def reason_in_words(reason: ReasonRow) -> str:
    """The number that made media poor, with the threshold: "jitter 45 ms, poor above 30 ms"."""
    value = quantity(reason["value"], reason["unit"], unlike=reason["threshold"])
    threshold = quantity(reason["threshold"], reason["unit"])
    return f"{_METRICS.get(reason['metric'], reason['metric'])} {value}, poor {_side(reason['metric'])} {threshold}"


def cause_in_words(cause: CauseRow) -> str:
    """The cause with its evidence."""
    evidence = cause.get("evidence", {})
    numbers = {name: value for name, value in evidence.items() if isinstance(value, int | float)}
    share = quantity(max(numbers.values(), default=0), Unit.RATIO)
    values = {name: quantity(value, _UNITS.get(name, "")) for name, value in numbers.items()}
    values |= {name: role_in_words(value) for name, value in evidence.items() if isinstance(value, str)}
    return _CAUSES.get(cause["cause"], cause["cause"]).format_map(_Values(values, share=share))


class _Values(dict[str, str]):
    """What a sentence about a cause is filled with; what is not told is "unknown"."""

    def __missing__(self, name: str) -> str:
        return "unknown"


def quantity(value: float, unit: str, unlike: float | None = None) -> str:
    """The value with its unit, in as few digits as can be told from those of `unlike`: "45 ms", "12.3 %", "0.2 fps"."""
    decimals = 1
    if unlike is not None and value != unlike:
        while decimals < _MOST_DECIMALS and _quantity(value, unit, decimals) == _quantity(unlike, unit, decimals):
            decimals += 1
    return _quantity(value, unit, decimals)


def _quantity(value: float, unit: str, decimals: int) -> str:
    match unit:
        case Unit.SECONDS if value < 1:
            return f"{_number(value * 1000, decimals - 1)} ms"
        case Unit.RATIO:
            return f"{_number(value * 100, decimals)} %"
    return f"{_number(value, decimals)}{_SYMBOLS.get(unit, '')}"


def _number(value: float, decimals: int) -> str:
    found = f"{value:.{decimals}f}"
    if value and not float(found):
        return f"under {10**-decimals:.{decimals}f}"
    return found.rstrip("0").rstrip(".") if decimals else found
