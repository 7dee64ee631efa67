"""The framework's bench commands, as far as the product uses them."""

import json

import frappe
from frappe.utils import get_all_apps

# Run once for each chosen site, connected to its database.
SITE_COMMANDS = {
    "backup": "frappe.database.backup",
    "build-search-index": "frappe.client.build_search_index",
    "clear-cache": "frappe.client.clear_cache",
    "clear-website-cache": "frappe.client.clear_cache",
    "execute": "frappe.commands.execute",
    "list-apps": "frappe.commands.list_apps",
    "rebuild-global-search": "frappe.client.rebuild_global_search",
}
BENCH_COMMANDS = {
    "schedule": "frappe.utils.background_jobs.start_scheduler",
    "serve": "frappe.app.serve",
    "worker": "frappe.utils.background_jobs.start_worker",
}


def run(name, sites, arguments):
    """`--key value` and `--key=value` become keyword arguments of the function, the rest positional ones."""
    plain, named, rest = [], {}, iter(arguments)
    for argument in rest:
        key, equals, value = argument.partition("=")
        if key.startswith("--"):
            named[key[2:].replace("-", "_")] = value if equals else next(rest)
        else:
            plain.append(argument)
    if name in BENCH_COMMANDS:
        named |= {"site": next(iter(sites), None)} if name == "serve" else {}
        return frappe.get_attr(BENCH_COMMANDS[name])(*plain, **named)
    if not sites:
        raise SystemExit("Please specify --site sitename")
    for site in sites:
        try:
            frappe.init(site)
            frappe.connect()
            frappe.get_attr(SITE_COMMANDS[name])(*plain, **named)
        except frappe.IncorrectSitePath as error:
            raise SystemExit(str(error)) from error
        finally:
            frappe.destroy()


def execute(method, kwargs="{}"):
    result = frappe.get_attr(method)(**json.loads(kwargs))
    print(json.dumps(result, default=str) if result is not None else "", end="")


def list_apps():
    print("\n".join(get_all_apps()))
