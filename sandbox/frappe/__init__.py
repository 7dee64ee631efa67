"""Stand-in for the Frappe framework, for throwaway benches only: docs/stand-in.md lists each behaviour."""

import json
import os
import threading
from importlib import import_module

__version__ = "15.55.1"
local = threading.local()


class IncorrectSitePath(Exception):
    def __str__(self):
        return f"404 Not Found: {self.args[0]} does not exist"


class AuthenticationError(Exception):
    """Wrong user or password."""


def read_config(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def get_conf(site=None):
    """Common configuration, overridden by the site's, read anew. A broken file of a site counts as empty."""
    conf = read_config("common_site_config.json") if os.path.exists("common_site_config.json") else {}
    if site:
        path = os.path.join(site, "site_config.json")
        if not os.path.isfile(path):
            raise IncorrectSitePath(site)
        try:
            conf.update(read_config(path))
        except ValueError as error:
            print(f"{path} is invalid\n{error}")
    return conf


def init(site=None):
    local.site, local.db, local.conf = site, None, get_conf(site)


def connect():
    from frappe.database import Database

    local.db = Database(local.conf, local.site)


def destroy():
    if getattr(local, "db", None):
        local.db.connection.close()
    local.db = None


def __getattr__(name):
    if name in ("conf", "db"):
        return getattr(local, name)
    raise AttributeError(name)


def get_attr(dotted):
    module, name = dotted.rsplit(".", 1)
    return getattr(import_module(module), name)


def enqueue(method, **options):
    return get_attr("frappe.utils.background_jobs.enqueue")(method, **options)
