"""What a deployment would make, as the committed snapshots of infra/snapshots predict it."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from callrecords.graphtypes import JsonObject

ROOT = Path(__file__).parents[2]
INFRA = ROOT / "infra"
SNAPSHOTS = tuple(sorted(path.stem for path in (INFRA / "snapshots").glob("*.bicepparam")))


@dataclass(frozen=True)
class Prediction:
    """The resources and outputs of one parameter set. What only Azure knows is an expression in them: '[...]'."""

    resources: list[JsonObject]
    outputs: JsonObject

    def of_type(self, resource_type: str) -> list[JsonObject]:
        """The resources of a type such as Microsoft.Web/sites."""
        return [each for each in self.resources if each["type"] == resource_type]

    def the(self, resource_type: str, name: str = "") -> Any:
        """The properties of the only resource of that type whose name ends so."""
        (found,) = [each for each in self.of_type(resource_type) if each["name"].endswith(name)]
        return found["properties"]


def prediction(parameter_set: str) -> Prediction:
    """Of infra/snapshots/<parameter_set>.bicepparam."""
    snapshot = json.loads((INFRA / "snapshots" / f"{parameter_set}.snapshot.json").read_text())
    return Prediction(snapshot["predictedResources"], snapshot["outputs"])


def app_settings(parameter_set: str) -> dict[str, str]:
    """The app settings with a plausible value in place of each expression, and what Azure itself sets."""
    settings: dict[str, str] = prediction(parameter_set).the("Microsoft.Web/sites/config", "/appsettings")
    return {name: _plausible(text) for name, text in settings.items()} | {"WEBSITE_HOSTNAME": "calls.fabrikam.example"}


def _plausible(text: str) -> str:
    if text.endswith(".clientId]"):
        return "5a1c0f4e-2b7d-4e93-8f60-3d9b1c7e2a48"
    if ".primaryEndpoints." in text or text.endswith(".documentEndpoint]"):
        return "https://account.fabrikam.example:443/"
    if "environment().name" in text:
        return "usgov"
    return "an invented secret" if text.startswith("[parameters(") else text
