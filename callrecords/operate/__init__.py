"""What operators want to know: is the app healthy."""
