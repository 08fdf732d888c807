"""Teams call records from Microsoft Graph, complete and current, in the organisation's own Cosmos DB."""

__version__ = "0.2.0"
