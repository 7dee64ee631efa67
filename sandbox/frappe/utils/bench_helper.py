"""`python -m frappe.utils.bench_helper frappe [--site X] <command> …`, run in sites/."""

import importlib
import json
import os
import sys

import frappe
from frappe.commands import BENCH_COMMANDS, SITE_COMMANDS, run
from frappe.utils import get_all_apps, get_sites


def sites_of(name):
    if name == "all":
        return get_sites()
    chosen = name or os.environ.get("FRAPPE_SITE") or frappe.get_conf().get("default_site")
    return [chosen] if chosen else []


def as_click(click, name):
    @click.command(name, context_settings={"ignore_unknown_options": True})
    @click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
    @click.pass_context
    def command(context, arguments):
        run(name, context.obj["sites"], arguments)

    return command


def main(arguments):
    try:
        import click
    except ImportError:  # the standard library alone: the framework's own commands still work
        site = arguments[2] if arguments[1] == "--site" else None
        name, *rest = arguments[3 if site else 1 :]
        return run(name, sites_of(site), rest)

    @click.option("--site")
    @click.option("--profile", is_flag=True)
    @click.option("--verbose", is_flag=True)
    @click.option("--force", is_flag=True)
    @click.pass_context
    def app_group(context, site, **flags):
        context.obj = {"sites": sites_of(site), **flags}

    commands = {name: as_click(click, name) for name in [*SITE_COMMANDS, *BENCH_COMMANDS]}
    for app in get_all_apps()[1:]:
        try:
            module = importlib.import_module(f"{app}.commands")
            commands |= {command.name: command for command in getattr(module, "commands", [])}
        except ModuleNotFoundError as error:
            if error.name != f"{app}.commands":  # an app need not have any
                print(error, file=sys.stderr)
    group = click.group(name="frappe", commands=commands)(app_group)
    names = click.command("get-frappe-commands")(lambda: print(json.dumps(list(commands))))
    overview = click.command("get-frappe-help")(lambda: print(click.Context(group).get_help()))
    everything = {command.name: command for command in (group, names, overview)}
    click.Group(commands=everything)(arguments, prog_name="bench")


if __name__ == "__main__":
    main(sys.argv[1:])
