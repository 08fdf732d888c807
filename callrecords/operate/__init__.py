"""What operators want to know, is the app healthy, and what they command."""
