"""The assistant as a model that OpenAI's clients talk to: `/v1/chat/completions`, `/v1/models`."""

from assistant.api.chat.endpoints import create_chat

__all__ = ["create_chat"]
