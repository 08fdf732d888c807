"""The storage queues: what their messages say, when a message comes back, and what was given up."""
