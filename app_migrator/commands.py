"""`bench migrator …`: hands everything it is given to the engine. Frappe's bench_helper reads `commands`."""

import os
from pathlib import Path

import click

from app_migrator import launcher


class PassThrough(click.Command):
    """Takes every argument as it was typed: the engine parses, so usage errors and `--help` are its own."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.args = list(args)
        return ctx.args


@click.command("migrator", cls=PassThrough, add_help_option=False)
@click.pass_context
def migrator(context: click.Context):
    """Rename a site's domain, with a plan before, proof after, and a way back."""
    return_to_where_it_was_typed()
    launcher.run(with_site(context.args, site_given_to_bench(context)), typed_as="bench migrator")


def site_given_to_bench(context: click.Context) -> str | None:
    """The site of `bench --site X migrator …`, or None if none was typed.

    bench_helper's group takes `--site` for itself. Its `ctx.obj` also holds the bench's default site (or
    FRAPPE_SITE) when none was typed, in a dict up to Frappe 15 and in a dataclass since; the group's own
    parameter holds only what was typed.
    """
    return context.parent.params.get("site") if context.parent else None


def with_site(arguments: list[str], site: str | None) -> list[str]:
    """Adds `--site X` to a command that does not name a site itself."""
    command_is_named = bool(arguments) and not arguments[0].startswith("-")
    names_a_site = any(argument == "--site" or argument.startswith("--site=") for argument in arguments)
    if site is None or not command_is_named or names_a_site:
        return arguments
    return [arguments[0], "--site", site, *arguments[1:]]


def return_to_where_it_was_typed() -> None:
    """bench changes to `sites/` first, so `--out plan.json` would land there.

    The shell's PWD still tells where the user is. It is believed only inside this bench: then the engine
    finds the bench from there, too.
    """
    typed_in = Path(os.environ.get("PWD", ""))
    if typed_in.is_absolute() and typed_in.is_dir() and is_inside_this_bench(typed_in):
        os.chdir(typed_in)


def is_inside_this_bench(folder: Path) -> bool:
    """Whether the current directory is the `sites/` of the bench that `folder` lies in (links followed)."""
    candidates = (parent / "sites" for parent in (folder, *folder.parents))
    return any(sites.is_dir() and sites.samefile(".") for sites in candidates)


commands = [migrator]
