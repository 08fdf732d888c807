"""The functions of the app as azure-functions has them, read in an interpreter of their own."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping

from callrecords.graphtypes import JsonObject
from tests.markdown import ROOT

_REPORT = """
import json, function_app
found = function_app.functions.get_functions()
triggers = {each.get_function_name(): each.get_trigger().get_dict_repr() for each in found}
print(json.dumps(triggers, default=lambda each: each.value))
"""


def triggers(settings: Mapping[str, str]) -> dict[str, JsonObject]:
    """The trigger of each function that the app has with these settings, by the function's name."""
    environment = {"PATH": os.environ["PATH"], **settings}
    command = [sys.executable, "-c", _REPORT]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    found: dict[str, JsonObject] = json.loads(done.stdout)
    return found
