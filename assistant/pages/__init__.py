"""The pages, and the web app put together."""
