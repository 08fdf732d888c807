"""Errors as the service answers them.

Statuses and their meaning: https://learn.microsoft.com/rest/api/cosmos-db/http-status-codes-for-cosmosdb
"""

from collections.abc import Mapping


class CosmosError(Exception):
    """A request that is refused: HTTP status, the service's name for it, and headers that clients act upon."""

    def __init__(self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = dict(headers or {})


def bad_request(message: str) -> CosmosError:
    return CosmosError(400, "BadRequest", message)


def wrong_partition_key(message: str) -> CosmosError:
    return CosmosError(400, "BadRequest", message, {"x-ms-substatus": "1001"})


def container_was_recreated() -> CosmosError:
    return CosmosError(400, "BadRequest", "The container was deleted and made anew.", {"x-ms-substatus": "1024"})


def unauthorized(message: str) -> CosmosError:
    return CosmosError(401, "Unauthorized", message)


def not_found(message: str = "Entity with the specified id does not exist.") -> CosmosError:
    return CosmosError(404, "NotFound", message)


def owner_not_found(message: str) -> CosmosError:
    return CosmosError(404, "NotFound", message, {"x-ms-substatus": "1003"})


def conflict(message: str = "Entity with the specified id already exists.") -> CosmosError:
    return CosmosError(409, "Conflict", message)


def partition_range_gone(range_id: str) -> CosmosError:
    return CosmosError(410, "Gone", f"There is no partition key range {range_id!r}.", {"x-ms-substatus": "1002"})


def precondition_failed(message: str = "One of the specified preconditions is not met.") -> CosmosError:
    return CosmosError(412, "PreconditionFailed", message)


def too_large(message: str) -> CosmosError:
    return CosmosError(413, "RequestEntityTooLarge", message)
