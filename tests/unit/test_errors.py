from typing import Any

import pytest

from callrecords.errors import Unexpected, unexpected
from callrecords.settings import forms
from callrecords.settings import read as settings

SPOILT: dict[str, Any] = {"GRAPH_TENANT_ID": ["private"]}


def error_of_this_app() -> Exception:
    """What a defect raises in the depth of the standard library, called by `values`, called by `settings`."""
    try:
        settings.read_settings(SPOILT)
    except AttributeError as error:
        return error
    raise AssertionError("a list is a GUID")


def test_an_unexpected_error_tells_its_kind_and_the_last_place_in_this_app() -> None:
    error = unexpected(error_of_this_app())
    line = forms.guid.__code__.co_firstlineno + 3
    assert type(error) is Unexpected
    assert str(error) == f"An unexpected AttributeError in settings/forms.py, line {line}."


def test_an_unexpected_error_that_never_was_in_this_app_tells_where_it_was() -> None:
    with pytest.raises(ValueError, match="private") as raised:
        raise ValueError("private")
    assert str(unexpected(raised.value)).startswith("An unexpected ValueError in unit/test_errors.py, line ")


def test_an_unexpected_error_that_came_from_nowhere_tells_its_kind() -> None:
    assert str(unexpected(KeyError("private"))) == "An unexpected KeyError."


def test_an_unexpected_error_has_no_words_of_the_one_it_was() -> None:
    try:
        try:
            raise KeyError("private")
        except KeyError as cause:
            raise RuntimeError("private: +15550100") from cause
    except RuntimeError as error:
        told = unexpected(error)
    assert "private" not in repr(told)
    assert told.__cause__ is told.__context__ is None
