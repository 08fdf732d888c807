"""A small Cosmos DB server: the protocol of azure-cosmos over plain HTTP, in memory or in a SQLite file."""

from local.cosmos.authorization import KEY
from local.cosmos.server import CosmosServer

__all__ = ["KEY", "CosmosServer"]
