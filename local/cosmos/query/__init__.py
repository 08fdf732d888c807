"""The query language of Azure Cosmos DB for NoSQL over items in memory: pure, no I/O."""

from local.cosmos.query.errors import QueryError
from local.cosmos.query.query import Query, Row, compile_condition, compile_query
from local.cosmos.query.values import UNDEFINED

__all__ = ["UNDEFINED", "Query", "QueryError", "Row", "compile_condition", "compile_query"]
