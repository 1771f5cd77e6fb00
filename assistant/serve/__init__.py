"""The web app: pages and JSON over one Assistant."""

from assistant.schema.web import web_folder

__all__ = ["web_folder"]
