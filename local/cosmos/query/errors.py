"""The error of the query language."""


class QueryError(Exception):
    """The text of a query is wrong, or asks for what is not supported; the message says it in plain words."""
