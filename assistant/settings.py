"""Settings: defaults, overridden by the environment (`ASSISTANT_*`), then by the command line."""

import ipaddress
import os
import re
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import DirectoryPath, Field, ValidationError, ValidationInfo, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from assistant.errors import SettingError
from assistant.records import EXTRACTIVE

PREFIX = "ASSISTANT_"
FEEDBACK = "_feedback"  # no name of an index begins like this
OFF = "off"
_RATE = re.compile(r"[1-9]\d{0,5}/(second|minute|hour|day)")
# A host has a collection, a file ends in .db.
_STORE = re.compile(
    r"milvus://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(:\d{1,5})?/[A-Za-z_][A-Za-z0-9_]{0,63}(\?[\w=&]+)?"
    r"|milvus:///[^?#]+\.db(\?[\w=&]+)?"
)
_URL = re.compile(r"https?://[^\s/?#@]+(/[^\s?#@]*)?")
SECRETS_VARIABLE = f"{PREFIX}SECRETS"
HIDDEN = "(hidden)"  # in place of a secret
SECRETS = ("token", "write_token", "llm_key", "store_token")
# What the patterns below allow.
_ALLOWED = {
    "index": "give at most 64 letters, digits, dots, hyphens and underscores, the first of them a "
    "letter or digit",
    "token": "give at least 16 visible ASCII characters, none of them a space",
    "write_token": "give at least 16 visible ASCII characters, none of them a space",
    "store_token": "give visible ASCII characters, none of them a space",
    "llm_key": "give visible ASCII characters, none of them a space",
}
# What pydantic's types of error ask for.
_REASONS = {
    "bool_parsing": "give true or false",
    "float_parsing": "give a number",
    "int_parsing": "give a whole number",
    "literal_error": "give {expected}",
    "greater_than": "give more than {gt:g}",
    "greater_than_equal": "give {ge:g} or more",
    "less_than_equal": "give {le:g} or less",
    "path_not_directory": "give a folder that exists",
}


def count_cores() -> int:
    """The cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Settings(BaseSettings):
    """Each field is the variable `ASSISTANT_<FIELD>` and an option of the commands that use it.

    Secrets are not options: other users of the machine can read a command line. A setting that the
    environment does not have is read from the file `assistant_<field>` in the folder of secrets.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, extra="forbid", hide_input_in_errors=True
    )

    corpus: Path = Field(Path("corpus"), description="folder of documents")
    indexes: Path = Field(Path("indexes"), description="folder of built indexes")
    index: str = Field(
        "default", pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", description="name of the index"
    )
    store: str | None = Field(
        None,
        description="store of the index, if it is not the folder of indexes: "
        "milvus://HOST:19530/COLLECTION, or milvus:///FILE.db for Milvus Lite",
    )
    store_token: str | None = Field(
        None,
        pattern=r"^[\x21-\x7e]+$",
        repr=False,
        description="secret that the store asks for: a token, or USER:PASSWORD",
    )
    feedback: Path | None = Field(
        None,
        description="folder of the feedback about answers, or `off` (default: _feedback in the "
        "folder of indexes)",
    )
    host: str = Field("127.0.0.1", min_length=1, description="address to serve on")
    port: int = Field(8000, ge=0, le=65535, description="port to serve on; 0 takes a free one")
    secrets: DirectoryPath | None = Field(
        None, description="folder with a file for each secret: assistant_token"
    )
    token: str | None = Field(
        None,
        pattern=r"^[\x21-\x7e]{16,}$",
        repr=False,
        description="secret that every request must carry",
    )
    write_token: str | None = Field(
        None,
        pattern=r"^[\x21-\x7e]{16,}$",
        repr=False,
        description="secret that a request to add or delete a document must carry",
    )
    watch: bool = Field(
        False, description="rebuild the index when files in the corpus folder change"
    )
    largest_file: int = Field(50, ge=1, le=256, description="largest file that can be added, MiB")
    most_files: int = Field(
        10_000, ge=1, description="no file is added to a corpus folder of so many"
    )
    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="more host names to answer to, separated by commas (of a proxy)"
    )
    embedder: str = Field(
        "packaged",
        min_length=1,
        description="embedding model: `packaged` (all-MiniLM-L6-v2), or a model of "
        "sentence-transformers: a folder, or a name in the local Hugging Face cache",
    )
    reader: str = Field(
        "packaged",
        min_length=1,
        description="reader: `packaged`, a folder of `assistant train`, or a question answering "
        "model of transformers: a folder, or a name in the local Hugging Face cache",
    )
    ocr: bool = Field(
        False, description="recognise the text of scanned pages of PDFs with tesseract"
    )
    passages_read: int = Field(10, ge=1, le=50, description="passages to read for each question")
    threshold: float | None = Field(
        None,
        ge=-100.0,
        le=100.0,
        description="do not answer below this confidence, or below this score of a reader that is "
        "not calibrated (default: the reader's own)",
    )

    llm_url: str | None = Field(
        None,
        description="address of an OpenAI-compatible server that rephrases answers, with its "
        "version: http://127.0.0.1:8080/v1",
    )
    llm_model: str | None = Field(
        None,
        min_length=1,
        validate_default=True,
        description="name of the model there; needed with llm-url",
    )
    llm_key: str | None = Field(
        None, pattern=r"^[\x21-\x7e]+$", repr=False, description="secret that it asks for"
    )
    llm_seconds: float = Field(
        20.0, gt=0, le=300, description="the longest that an answer waits for it, in seconds"
    )

    concurrency: int | None = Field(
        None, ge=1, le=256, description="answers that are found at a time (default: one per core)"
    )
    queue: int = Field(
        64, ge=0, le=10_000, description="questions that wait for their turn; any more get 503"
    )
    deadline_seconds: float = Field(
        10.0, gt=0, le=3600, description="the longest that a request may take, in seconds"
    )
    grace_seconds: float = Field(
        30.0,
        ge=0,
        le=3600,
        description="the longest that running requests may take when the server is stopped",
    )
    rate_limit: str = Field(
        "120/minute",
        description="requests of one client address, such as 5/second or 120/minute, or `off`; "
        "never counted for 127.0.0.1",
    )
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="addresses or networks of proxies, separated by commas, whose X-Forwarded "
        "headers name the client",
    )
    metrics_open: bool = Field(False, description="serve /metrics without the token")
    log: Literal["text", "json"] = Field("text", description="form of the log: `text` or `json`")
    log_questions: bool = Field(False, description="log the text of questions too")

    @property
    def answers_at_once(self) -> int:
        """How many answers are found at a time."""
        return self.concurrency or count_cores()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        *_: PydanticBaseSettingsSource,
        **__: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        folder = os.environ.get(SECRETS_VARIABLE)
        if folder is None or not Path(folder).is_dir():  # which its own setting refuses
            return init_settings, env_settings
        return init_settings, env_settings, SecretsSettingsSource(settings_cls, folder)

    @property
    def feedback_folder(self) -> Path | None:
        """The folder of feedback; None where it is off."""
        if self.feedback is None:
            return self.indexes / FEEDBACK
        return None if self.feedback == Path(OFF) else self.feedback

    @field_validator("corpus", mode="before")
    @classmethod
    def _check_corpus(cls, value: object) -> object:
        if isinstance(value, str) and "://" in value:
            raise ValueError(
                "give a folder, or run `assistant index --ray --source` with the address"
            )
        return value

    @field_validator("store")
    @classmethod
    def _check_store(cls, value: str | None) -> str | None:
        if value is not None and not _STORE.fullmatch(value):
            raise ValueError(
                "give an address like milvus://127.0.0.1:19530/news or milvus:///data/news.db, "
                "without a password"
            )
        return value

    @field_validator("llm_url")
    @classmethod
    def _check_url(cls, value: str | None) -> str | None:
        if value is not None and not _URL.fullmatch(value):
            raise ValueError("give an address like http://127.0.0.1:8080/v1, without a password")
        return value

    @field_validator("llm_model")
    @classmethod
    def _check_model(cls, value: str | None, given: ValidationInfo) -> str | None:
        if value is None and given.data.get("llm_url") is not None:
            raise ValueError("name the model to use at llm-url")
        if value is not None and value.strip().casefold() == EXTRACTIVE:
            raise ValueError("this is what answers without a model are called")
        return value

    @field_validator("allowed_hosts", mode="before")
    @classmethod
    def _split_hosts(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(_drop_port(part) for part in value.split(",") if part.strip())
        return value

    @field_validator("rate_limit")
    @classmethod
    def _check_rate(cls, value: str) -> str:
        if value != OFF and not _RATE.fullmatch(value):
            raise ValueError(f"give a number per second, minute, hour or day (5/second), or {OFF}")
        return value

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _split_proxies(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        parts = [part.strip() for part in value.split(",") if part.strip()]
        for part in parts:
            try:
                ipaddress.ip_network(part)
            except ValueError:
                raise ValueError(
                    f"{part} is neither an address nor a network like 10.0.0.0/8"
                ) from None
        return tuple(parts)


def _drop_port(host: str) -> str:
    name = host.strip().lower()
    if name.startswith("["):
        return name[1:].partition("]")[0]
    return name.partition(":")[0] if name.count(":") == 1 else name


def read_settings(**options: Any) -> Settings:
    """The settings; options replace the environment's, None means not given.

    Raises SettingError with the name of the setting, its value and what is allowed.
    """
    try:
        return Settings(**{name: value for name, value in options.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        # Somebody may have put a password into the address.
        is_hidden = name in (*SECRETS, "llm_url")
        value = first.get("input")
        shown = "not set" if value is None else HIDDEN if is_hidden else repr(value)
        reason = first["msg"].removeprefix("Value error, ")  # by our own validators
        if first["type"] == "string_pattern_mismatch":
            reason = _ALLOWED[name]
        elif first["type"] in _REASONS:
            reason = _REASONS[first["type"]].format(**first.get("ctx", {}))
        raise SettingError(
            f"setting {name.replace('_', '-')} is {shown}",
            hint=f"{reason} ({PREFIX}{name.upper()})",
        ) from None
    except SettingsError:  # a file of the folder
        raise SettingError(
            f"setting secrets is {os.environ[SECRETS_VARIABLE]!r}",
            hint=f"make its files readable: each has one secret as text ({SECRETS_VARIABLE})",
        ) from None


def web_folder() -> Path:
    """Templates and static files: those of the source tree, or those of the installed package."""
    package = Path(__file__).parent
    tree = package.parent / "web"
    return tree if (tree / "templates").is_dir() else package / "web"
