"""Names for JSON as it comes from Graph and goes to Cosmos: unknown properties are kept, so no closer type."""

from typing import Any

type JsonObject = dict[str, Any]
