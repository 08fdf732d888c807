"""What Graph posts: notifications and lifecycle events, verified and enqueued, without msgraph and azure.cosmos."""
