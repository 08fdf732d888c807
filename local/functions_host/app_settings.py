"""App settings: the environment, completed as `func start` completes it."""

import re
from collections.abc import Mapping, MutableMapping
from pathlib import Path

from local.functions_host.errors import HostError
from local.functions_host.json_files import read_object

_BINDING_EXPRESSION = re.compile("%([^%]+)%")


def complete(environ: MutableMapping[str, str], app_dir: Path) -> None:
    """Adds the Values of local.settings.json, where there is one, that `environ` does not have
    (https://learn.microsoft.com/azure/azure-functions/functions-develop-local#local-settings-file)."""
    path = app_dir / "local.settings.json"
    if not path.exists():
        return
    document = read_object(path)
    if document.get("IsEncrypted"):
        raise HostError(f"{path} is encrypted: run `func settings decrypt`.")
    values = document.get("Values", {})
    if not isinstance(values, dict) or not all(isinstance(value, str) for value in values.values()):
        raise HostError(f"{path}: Values is expected to be an object of texts.")
    for name, value in values.items():
        environ.setdefault(name, value)


def resolve(text: str, environ: Mapping[str, str]) -> str:
    """The text with each %NAME% replaced by that app setting; HostError names one that is missing."""

    def setting(expression: re.Match[str]) -> str:
        value = environ.get(expression[1])
        if not value:
            raise HostError(f"{expression[0]} names the app setting {expression[1]}, which is missing.")
        return value

    return _BINDING_EXPRESSION.sub(setting, text)


def connection_string(name: str, environ: Mapping[str, str]) -> str:
    """The connection string that a binding's `connection` names; HostError where there is none
    (https://learn.microsoft.com/azure/azure-functions/functions-reference#connections)."""
    for setting in (f"AzureWebJobs{name}", name):
        if text := environ.get(setting):
            return text
        if any(other.startswith(f"{setting}__") for other in environ):
            raise HostError(f"Connection {name} is identity-based: this host needs a connection string in {name}.")
    raise HostError(f"Connection {name} is missing: expected an app setting {name} or AzureWebJobs{name}.")
