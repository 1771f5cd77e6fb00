"""What the package is installed with: containers, unit, dependencies, and what they may do."""

import os
import subprocess
import sys
from pathlib import Path

from tests.structure import ROOT


def test_onnx_runtime_reports_nothing_to_its_makers(tmp_path: Path) -> None:
    """Its reports begin with an identifier of the machine in the home folder."""
    code = "from assistant.read import open_model; open_model('packaged')"
    given = {"HOME": str(tmp_path), "PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"]}
    subprocess.run([sys.executable, "-c", code], env=given, check=True)
    assert list(tmp_path.rglob("*")) == []
