"""The app settings: which there are, the forms that they take, and reading them from the environment."""
