"""Ray: connected to a cluster, or started on this machine, quiet and only on 127.0.0.1."""

import logging
import os
import shutil
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from assistant import __version__
from assistant.build.distributed.embedding import EmbedTexts
from assistant.build.distributed.reading import ReadingJob, read_files
from assistant.errors import EmbedderError, ExtraAbsentError, UsageError, find_reason
from assistant.settings import count_cores

if TYPE_CHECKING:
    import pyarrow
    from ray.data import Dataset

OBJECT_STORE_BYTES = 2**30  # of a Ray started here; what is more goes to the disk
CORES_PER_MODEL = 1
READING_RETRIES = 1  # of files whose worker died; each is tried alone then
EMBEDDING_RETRIES = 8  # of texts whose worker died; then the build fails, and another goes on
_ENVIRONMENT = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_task_oom_retries": "1",  # else a file that takes too much memory is tried for ever
    "RAY_DATA_DISABLE_PROGRESS_BARS": "1",
    "RAY_BACKEND_LOG_LEVEL": "fatal",  # else it writes on the terminal of the build
}
_LOCAL = {
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",  # its servers listen on 127.0.0.1 only
    "RAY_worker_niceness": "0",  # as quick as a build without it
}


class Cluster:
    """Ray for the time of a build, started when it is first used.

    `address` is that of a cluster, None for this machine; a Ray that this process uses already is
    used, and left running. `begin` is called before it is started.
    """

    def __init__(self, address: str | None, begin: Callable[[], object]) -> None:
        self._address, self._begin = address, begin
        self._is_running = self._is_ours = False
        self._folder: str | None = None
        self._variables: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def read(self, tables: list["pyarrow.Table"], job: ReadingJob) -> Iterator["pyarrow.Table"]:
        """The results of `read_files`, in any order; tables whose worker died are left out."""
        self._start()
        import ray.data

        with _limiting_retries():
            files = ray.data.from_arrow(tables).map_batches(
                partial(read_files, job=job),
                batch_size=None,
                batch_format="pyarrow",
                max_retries=READING_RETRIES,
            )
        yield from _run(files, leave_out=True)

    def embed(
        self, tables: Iterable["pyarrow.Table"], name: str, sha256: str
    ) -> Iterator["pyarrow.Table"]:
        """The results of `EmbedTexts`, in any order. Raises EmbedderError."""
        self._start()
        import ray.data
        from ray.exceptions import RayError

        gpus = _count("GPU")
        given = list(tables)
        with _limiting_retries():
            texts = ray.data.from_arrow(given).map_batches(
                EmbedTexts,
                batch_size=None,
                batch_format="pyarrow",
                fn_constructor_kwargs={"name": name, "sha256": sha256},
                compute=ray.data.ActorPoolStrategy(size=min(self.models, len(given))),
                num_cpus=1 if gpus else min(CORES_PER_MODEL, self.cores),
                num_gpus=1 if gpus else None,
                max_task_retries=EMBEDDING_RETRIES,
            )
        try:
            yield from _run(texts, leave_out=False)
        except RayError as error:
            raise EmbedderError(
                f"embedding with Ray failed ({find_reason(error)[:300]})",
                hint="run it again: what was computed is kept",
            ) from error

    @property
    def cores(self) -> int:
        """The cores of the cluster."""
        self._start()
        return max(1, _count("CPU"))

    @property
    def models(self) -> int:
        """How many models embed: one for each GPU, or for some cores."""
        return _count("GPU") or max(1, self.cores // CORES_PER_MODEL)

    def stop(self) -> None:
        """Leave the cluster, or end the Ray that was started here."""
        if self._is_ours:
            import ray

            ray.shutdown()
        self._is_running = self._is_ours = False
        while self._variables:
            os.environ.pop(self._variables.pop(), None)
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def _start(self) -> None:
        if self._is_running:
            return
        self._begin()
        local = {} if self._address else _LOCAL
        for name, value in (_ENVIRONMENT | local).items():  # the workers inherit it
            if name not in os.environ:
                os.environ[name] = value
                self._variables.append(name)
        import ray
        import ray.data

        for name in ("ray", "ray.data"):
            logging.getLogger(name).setLevel(logging.CRITICAL)
        if not ray.is_initialized():
            self._is_ours = True
            self._connect()
        self._is_running = True
        if self._address is not None:
            self._probe()

    def _connect(self) -> None:
        import ray

        if self._address is None:
            # The names of sockets are limited to about 100 bytes, of which Ray takes 75.
            short = "/tmp" if Path("/tmp").is_dir() else None
            self._folder = tempfile.mkdtemp(prefix="ray-", dir=short)
            ray.init(
                address="local",
                num_cpus=count_cores(),
                object_store_memory=OBJECT_STORE_BYTES,
                include_dashboard=False,
                logging_level=logging.CRITICAL,
                log_to_driver=False,
                _temp_dir=self._folder,
            )
            return
        try:
            ray.init(address=self._address, logging_level=logging.CRITICAL, log_to_driver=False)
        except Exception as error:  # the library raises many kinds
            self._is_ours = False
            raise UsageError(
                f"no Ray cluster at {self._address} ({find_reason(error)[:200]})",
                hint="check the address; --ray without one uses the cores of this machine",
            ) from error

    def _probe(self) -> None:
        """Raise UsageError unless workers have this version of the package and of Python."""
        import ray

        try:
            found = ray.get(ray.remote(find_version).remote())
        except Exception as error:  # whatever importing the package there raises
            raise UsageError(
                f"the workers of {self._address} can't use the assistant"
                f" ({find_reason(error)[:200]})",
                hint="install the same version of the package on every machine of the cluster",
            ) from error
        if found != find_version():
            raise UsageError(
                f"the workers of {self._address} have the assistant {found}, not {find_version()}",
                hint="install the same version of the package on every machine of the cluster",
            )


@contextmanager
def _limiting_retries() -> Iterator[None]:
    """Ray warns of the names of its limits, for which it has no others; without, there is none."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _count(resource: str) -> int:
    import ray

    resources: dict[str, float] = ray.cluster_resources()  # type: ignore[no-untyped-call]
    return int(resources.get(resource, 0))


def find_version() -> str:
    return f"{__version__} on Python {sys.version_info.major}.{sys.version_info.minor}"


def check_ray() -> None:
    """Raise ExtraAbsentError if Ray is not installed."""
    try:
        import fsspec  # noqa: F401
        import pyarrow  # noqa: F401
        import ray  # noqa: F401
    except ImportError:
        raise ExtraAbsentError("ray") from None


def _run(tables: "Dataset", *, leave_out: bool) -> Iterator["pyarrow.Table"]:
    """Run a pipeline; `leave_out` what fails, instead of failing with it."""
    from ray.data import DataContext

    context = DataContext.get_current()
    context.enable_progress_bars = False
    tables.context.enable_progress_bars = False
    tables.context.max_errored_blocks = -1 if leave_out else 0
    yield from tables.iter_batches(batch_size=None, batch_format="pyarrow")
