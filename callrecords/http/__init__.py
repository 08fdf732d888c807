"""What people and services ask over HTTP. Nothing else in the app knows statuses and headers of answers."""
