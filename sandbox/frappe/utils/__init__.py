import os

import frappe


def get_site_name(host):
    """The site a request is for: its host without the port. No list of domains is asked."""
    return host.split(":", 1)[0]


def get_sites():
    """Directories with a site_config.json; symbolic links are left out."""
    directories = [name for name in os.listdir() if not os.path.islink(name)]
    return sorted(name for name in directories if os.path.exists(f"{name}/site_config.json"))


def get_all_apps():
    with open("apps.txt", encoding="utf-8") as file:
        apps = file.read().split()
    return ["frappe", *[app for app in apps if app != "frappe"]]


def get_bench_id():
    bench = os.path.realpath(os.path.join(os.path.dirname(frappe.__file__), "..", "..", ".."))
    return frappe.get_conf().get("bench_id") or bench.strip("/").replace("/", "-")


def get_url():
    """`host_name` wins; without a scheme it becomes http."""
    name = frappe.local.conf.get("host_name") or frappe.local.conf.get("hostname") or frappe.local.site
    return name if "://" in name else f"http://{name}"
