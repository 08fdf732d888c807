"""What stands in for Azure and Microsoft Graph on one machine."""
