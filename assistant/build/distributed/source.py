"""Where the documents of a build with Ray are: in a folder that all machines see, or at a URL.

A URL is opened by fsspec, with the rights that the environment of each machine gives.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from assistant.errors import CorpusError, LoadError, find_reason
from assistant.load.files import (
    NO_DOCUMENTS,
    NOT_READ,
    QUESTIONS,
    describe_format,
    hash_content,
    hash_files,
    is_leftover,
    list_files,
    make_large_error,
    make_printable,
)
from assistant.load.limits import FILE_BYTES
from assistant.players import PLAYERS
from assistant.records import Skipped

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

# What file systems call that which changes with the content of a file.
_MARKS = (
    "ETag etag md5Hash md5 generation VersionId LastModified last_modified updated mtime".split()
)
_PACKAGES = {
    "s3": "s3fs",
    "s3a": "s3fs",
    "gs": "gcsfs",
    "gcs": "gcsfs",
    "abfs": "adlfs",
    "az": "adlfs",
}


class Listing(NamedTuple):
    """The files of a source in order; a `stamp` changes with a file's content, "" is unknown.

    `digests` has the SHA-256 of a file if it is known, `sizes` the bytes of those of a URL.
    `settings` is a folder with the files that are no documents: players, sample questions.
    """

    digests: dict[str, str | None]
    stamps: dict[str, str]
    sizes: dict[str, int]
    others: list[Skipped]
    settings: Path


@dataclass(frozen=True, slots=True)
class Source:
    """`place` is a folder, or a URL such as s3://bucket/prefix."""

    place: str

    @property
    def is_url(self) -> bool:
        return "://" in self.place

    @contextmanager
    def listed(self, known: Mapping[tuple[str, str], str]) -> Iterator[Listing]:
        """List the files; those of a URL that are `known` by name and stamp have a SHA-256.

        Raises CorpusError.
        """
        if not self.is_url:
            folder = Path(self.place)
            digests: dict[str, str | None] = {**hash_files(folder)}
            stamps = dict.fromkeys(digests, "")
            yield Listing(digests, stamps, {}, list_files(folder)[1], folder)
            return
        with TemporaryDirectory() as temporary:
            yield self._list_url(Path(temporary), known)

    def fetch(self, name: str, folder: Path) -> Path:
        """A file, copied into an empty folder from a URL. Raises LoadError, CorpusError."""
        if not self.is_url:
            if not Path(self.place).is_dir():
                raise CorpusError(
                    f"a machine of the cluster has no folder {self.place}",
                    hint="share it under the same path, or give a URL: --source s3://bucket/prefix",
                )
            return Path(self.place) / name
        path = folder / f"file{PurePosixPath(name).suffix}"
        system, root = self._open()
        try:
            system.get_file(f"{root}/{name}", str(path))
        except Exception as error:  # each file system raises its own
            raise LoadError(f"{name} can't be read", hint=find_reason(error)) from None
        return path

    def _open(self) -> "tuple[AbstractFileSystem, str]":
        from fsspec.core import url_to_fs

        scheme = urlsplit(self.place).scheme
        if urlsplit(self.place).password is not None:
            raise CorpusError(
                "the URL of the source has a password",
                hint="give it in the environment, as the file system's own programs take it",
            )
        try:
            system, root = url_to_fs(self.place)
        except ImportError as error:
            package = _PACKAGES.get(scheme)
            hint = f"run `pip install {package}` on every machine" if package else str(error)
            raise CorpusError(
                f"{self.place} can't be opened without a package", hint=hint
            ) from None
        except Exception as error:  # each file system raises its own
            raise self._make_error(error) from error
        return system, root.rstrip("/")

    def _make_error(self, error: Exception) -> CorpusError:
        return CorpusError(
            f"{self.place} can't be read ({find_reason(error)})",
            hint="check the address and the rights to read it",
        )

    def _list_url(self, settings: Path, known: Mapping[tuple[str, str], str]) -> Listing:
        system, root = self._open()
        try:
            found: dict[str, dict[str, Any]] = system.find(root, detail=True)
            paths = {path[len(root) :].lstrip("/"): path for path in found}
            for name in paths.keys() & {PLAYERS, QUESTIONS}:
                system.get_file(paths[name], str(settings / name))
        except Exception as error:  # each file system raises its own
            raise self._make_error(error) from error
        if not found:
            raise CorpusError(
                f"no file at {self.place}", hint="check the address: it is that of a folder"
            )
        digests: dict[str, str | None] = {}
        stamps, sizes, others = {}, {}, []
        for name, path in sorted(paths.items()):
            parts = PurePosixPath(name).parts
            if name in NO_DOCUMENTS or any(is_leftover(p) for p in parts if p not in (".", "..")):
                continue
            if reason := describe_format(PurePosixPath(name)):
                shown = make_printable(name)
                others.append(Skipped(shown, f"{shown} {reason}"))
                continue
            stamp, sizes[name] = _make_stamp(found[path]), int(found[path].get("size") or 0)
            stamps[name], digests[name] = stamp, known.get((name, stamp)) if stamp else None
        if (settings / QUESTIONS).is_file():
            digests[QUESTIONS], stamps[QUESTIONS] = hash_content(settings / QUESTIONS), ""
        digests |= {other.path: NOT_READ for other in others}
        return Listing(digests, stamps, sizes, others, settings)


def refuse_size(name: str, size: int) -> None:
    """Raise LoadError for a file that is too large to be fetched."""
    if size > FILE_BYTES:
        raise make_large_error(name)


def _make_stamp(fields: Mapping[str, object]) -> str:
    marks = {name: str(fields[name]) for name in _MARKS if fields.get(name)}
    if not marks:
        return ""
    described = json.dumps([fields.get("size"), marks], sort_keys=True)
    return hashlib.sha256(described.encode()).hexdigest()
