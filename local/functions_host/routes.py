"""The route templates of HTTP triggers: ASP.NET Core's, in whole segments
(https://learn.microsoft.com/aspnet/core/fundamentals/routing#route-templates)."""

import re
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self
from urllib.parse import unquote

_PARAMETER = re.compile(r"\{(\*{0,2})([A-Za-z_]\w*)((?::\w+(?:\([^)]*\))?)*)(\?)?\}")
_CONSTRAINT = re.compile(r":(\w+)(?:\(([^)]*)\))?")


def _is_integer(text: str, bits: int) -> bool:
    return bool(re.fullmatch(r"[+-]?\d+", text)) and -(2 ** (bits - 1)) <= int(text) < 2 ** (bits - 1)


def _is_number(text: str) -> bool:
    return bool(re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)", text))


def _is_guid(text: str) -> bool:
    try:
        return bool(uuid.UUID(text))
    except ValueError:
        return False


# By name and number of arguments.
_CONSTRAINTS: dict[tuple[str, int], Callable[..., bool]] = {
    ("int", 0): lambda text: _is_integer(text, 32),
    ("long", 0): lambda text: _is_integer(text, 64),
    ("bool", 0): lambda text: text.lower() in ("true", "false"),
    ("guid", 0): _is_guid,
    ("alpha", 0): lambda text: bool(re.fullmatch("[A-Za-z]*", text)),
    ("decimal", 0): _is_number,
    ("double", 0): _is_number,
    ("float", 0): _is_number,
    ("min", 1): lambda text, lowest: _is_integer(text, 64) and int(text) >= lowest,
    ("max", 1): lambda text, highest: _is_integer(text, 64) and int(text) <= highest,
    ("range", 2): lambda text, lowest, highest: _is_integer(text, 64) and lowest <= int(text) <= highest,
    ("minlength", 1): lambda text, shortest: len(text) >= shortest,
    ("maxlength", 1): lambda text, longest: len(text) <= longest,
    ("length", 1): lambda text, length: len(text) == length,
    ("length", 2): lambda text, shortest, longest: shortest <= len(text) <= longest,
}


def _constraint(name: str, arguments: str) -> Callable[[str], bool]:
    try:
        numbers = [int(argument) for argument in arguments.split(",")] if arguments else []
        holds = _CONSTRAINTS[name, len(numbers)]
    except (KeyError, ValueError):
        known = ", ".join(sorted({name for name, _ in _CONSTRAINTS}))
        raise ValueError(f"constraint {name}({arguments}) is not known here: expected one of {known}") from None
    return lambda text: holds(text, *numbers)


@dataclass(frozen=True)
class _Segment:
    """A literal, or the parameter called `name`."""

    literal: str = ""
    name: str = ""
    constraints: tuple[Callable[[str], bool], ...] = ()
    optional: bool = False
    catch_all: bool = False

    @classmethod
    def parse(cls, text: str) -> Self:
        if not re.search("[{}*?]", text):
            return cls(literal=text.lower())
        found = _PARAMETER.fullmatch(text)
        if not found:
            raise ValueError(f"{text!r} is not a segment that this host reads: expected a literal or {{parameter}}")
        stars, name, constraints, optional = found.groups()
        return cls(
            name=name,
            constraints=tuple(_constraint(*each.groups("")) for each in _CONSTRAINT.finditer(constraints)),
            optional=bool(optional),
            catch_all=bool(stars),
        )

    @property
    def precedence(self) -> int:
        """The lower, the earlier: literals, constrained parameters, parameters, then the same as catch-alls."""
        if not self.name:
            return 1
        return (4 if self.catch_all else 2) + (not self.constraints)

    def accepts(self, text: str) -> bool:
        if not self.name:
            return text.lower() == self.literal
        return bool(text) and all(holds(text) for holds in self.constraints)


@dataclass(frozen=True)
class RouteTemplate:
    """A template such as `calls/{id:guid}/{*rest}`."""

    segments: tuple[_Segment, ...]

    @classmethod
    def parse(cls, template: str) -> Self:
        """The template; ValueError says what in it is wrong."""
        try:
            segments = tuple(_Segment.parse(text) for text in template.split("/")) if template else ()
        except ValueError as error:
            raise ValueError(f"Route {template!r}: {error}.") from None
        if any(segment.optional or segment.catch_all for segment in segments[:-1]):
            raise ValueError(f"Route {template!r}: only the last segment can be optional or a wildcard.")
        if not all(segment.literal or segment.name for segment in segments):
            raise ValueError(f"Route {template!r}: a segment is empty.")
        return cls(segments)

    @property
    def precedence(self) -> tuple[int, ...]:
        """Templates are tried in this order, lowest first."""
        return tuple(segment.precedence for segment in self.segments)

    def match(self, path: Sequence[str]) -> dict[str, str] | None:
        """The parameters' values by name where the path, from `split`, fits; None where it does not."""
        last = self.segments[-1] if self.segments else _Segment()
        shortest = len(self.segments) - (last.optional or last.catch_all)
        if len(path) < shortest or (len(path) > len(self.segments) and not last.catch_all):
            return None
        values = {}
        for position, segment in enumerate(self.segments[: len(path)]):
            text = "/".join(path[position:]) if segment.catch_all else path[position]
            if not segment.accepts(text):
                return None
            if segment.name:
                values[segment.name] = text
        return values


def split(raw_path: str) -> list[str]:
    """The decoded segments of a URL's path; one trailing slash means nothing."""
    path = raw_path.removeprefix("/").removesuffix("/")
    return [unquote(segment) for segment in path.split("/")] if path else []
