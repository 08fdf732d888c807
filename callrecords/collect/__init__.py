"""The use cases that make Cosmos DB complete: ingest a record, keep the subscription, find what was missed."""
