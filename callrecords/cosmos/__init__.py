"""The Cosmos DB account: one module a container, under the name of the container."""
