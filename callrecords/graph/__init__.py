"""Everything that talks to Microsoft Graph. Importing a module of it imports msgraph: the webhook does not."""
