"""Which ORDER BY a container's indexing policy can serve.

https://learn.microsoft.com/azure/cosmos-db/index-policy
"""

from collections.abc import Sequence
from typing import Any

from callrecords.graphtypes import JsonObject
from local.cosmos.errors import bad_request

DEFAULT_POLICY: JsonObject = {
    "indexingMode": "consistent",
    "automatic": True,
    "includedPaths": [{"path": "/*"}],
    "excludedPaths": [{"path": '/"_etag"/?'}],
}
_ALWAYS_INDEXED = ("/id", "/_ts")
_POLICY_PROPERTIES = {"indexingMode", "automatic", "includedPaths", "excludedPaths", "compositeIndexes"}


def check_policy(policy: Any) -> None:
    """Raises 400 where the service refuses `policy`, or where it asks for what this server has not."""
    if not isinstance(policy, dict) or policy.get("indexingMode", "consistent") not in ("consistent", "none"):
        raise bad_request(f"indexingPolicy is {policy!r}; expected an object of mode consistent or none.")
    composite = policy.get("compositeIndexes", [])
    for paths in (
        policy.get("includedPaths", []),
        policy.get("excludedPaths", []),
        *(composite if isinstance(composite, list) else [composite]),
    ):
        _check_paths(paths)
    if unknown := sorted(name for name in policy.keys() - _POLICY_PROPERTIES if policy[name]):
        raise bad_request(f"indexingPolicy has {', '.join(unknown)}, which this server does not support.")
    if policy.get("indexingMode") != "none" and "/*" not in [path for path, _ in _paths(policy)]:
        raise bad_request("indexingPolicy has the root path '/*' neither in includedPaths nor in excludedPaths.")


def _check_paths(paths: Any) -> None:
    match paths:
        case [*entries] if all(isinstance(entry, dict) and isinstance(entry.get("path"), str) for entry in entries):
            return
    raise bad_request(f"indexingPolicy has {paths!r}; expected a list of objects with a path.")


def check_order(policy: JsonObject, order: Sequence[tuple[str, bool]]) -> None:
    """Raises 400 unless `policy` has an index for ORDER BY these (path, is descending) pairs."""
    if len(order) > 1 and not _has_composite_index(policy, order):
        raise bad_request(
            "The order by query does not have a corresponding composite index that it can be served from: "
            + ", ".join(f"{path} {'DESC' if descending else 'ASC'}" for path, descending in order)
        )
    if len(order) == 1 and not _is_indexed(policy, order[0][0]):
        raise bad_request(f"The index path corresponding to the specified order-by item is excluded: {order[0][0]}")


def _has_composite_index(policy: JsonObject, order: Sequence[tuple[str, bool]]) -> bool:
    """Whether a composite index has just these paths, all in these directions or all in the opposite ones."""
    wanted = [list(order), [(path, not descending) for path, descending in order]]
    return any(
        [(_plain(part["path"]), part.get("order") == "descending") for part in index] in wanted
        for index in policy.get("compositeIndexes", ())
    )


def _is_indexed(policy: JsonObject, path: str) -> bool:
    """Whether the scalar at `path` is indexed: the most precise of the paths that cover it decides."""
    if policy.get("indexingMode") == "none":
        return False
    covering = [
        (prefix.count("/"), prefix.endswith("?"), included)
        for prefix, included in _paths(policy)
        if _covers(prefix, path)
    ]
    return path in _ALWAYS_INDEXED or max(covering)[-1]


def _covers(prefix: str, path: str) -> bool:
    return prefix == f"{path}/?" or (prefix.endswith("/*") and f"{path}/".startswith(prefix[:-1]))


def _paths(policy: JsonObject) -> list[tuple[str, bool]]:
    """Every included and excluded path, and whether it is included."""
    return [
        (_plain(entry["path"]), included)
        for name, included in (("includedPaths", True), ("excludedPaths", False))
        for entry in policy.get(name, ())
    ]


def _plain(path: str) -> str:
    return path.replace('"', "")
