"""The JSON files of an app."""

import json
from pathlib import Path

from local.functions_host.errors import HostError


def read_object(path: Path) -> dict[str, object]:
    """The JSON object in the file; HostError names the file that is missing or holds something else."""
    try:
        document = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise HostError(f"{path} is missing.") from None
    except ValueError as error:
        raise HostError(f"{path} is not JSON: {error}.") from None
    if not isinstance(document, dict):
        raise HostError(f"{path} holds a JSON {type(document).__name__}: expected an object.")
    return document
