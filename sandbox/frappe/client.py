"""Documents: read, written by field, cached in Redis as `<db_name>|document_cache::…` where there is one."""

import pickle
import secrets
from datetime import datetime

import frappe


def is_single(doctype):
    return bool(frappe.local.db.get_value("SELECT `issingle` FROM `tabDocType` WHERE `name`=%s", doctype))


def get(doctype, name):
    if is_single(doctype):
        rows = frappe.local.db.sql("SELECT `field`, `value` FROM `tabSingles` WHERE `doctype`=%s", doctype)
        return {"doctype": doctype, "name": doctype, **{row["field"]: row["value"] for row in rows}}
    rows = frappe.local.db.sql(f"SELECT * FROM `tab{doctype}` WHERE `name`=%s", name)
    return {"doctype": doctype, **rows[0]} if rows else None


def set_value(doctype, name, fieldname, value):
    """Writes one field and sets `modified`, as a save in the desk does."""
    if is_single(doctype):
        frappe.local.db.sql("DELETE FROM `tabSingles` WHERE `doctype`=%s AND `field`=%s", doctype, fieldname)
        frappe.local.db.sql("INSERT INTO `tabSingles` VALUES (%s, %s, %s)", doctype, fieldname, value)
    else:
        statement = f"UPDATE `tab{doctype}` SET `{fieldname}`=%s, `modified`=%s WHERE `name`=%s"
        frappe.local.db.sql(statement, value, str(datetime.now()), name)
    clear_cache()


def insert(doctype, values):
    """A new document; what has no name gets a hash, as most DocTypes have it."""
    now = str(datetime.now())
    row = {"name": secrets.token_hex(5), "owner": "Administrator", "creation": now, "modified": now, **values}
    columns, places = ", ".join(f"`{field}`" for field in row), ", ".join(["%s"] * len(row))
    frappe.local.db.sql(f"INSERT INTO `tab{doctype}` ({columns}) VALUES ({places})", *row.values())
    return get(doctype, row["name"])


def delete(doctype, name):
    frappe.local.db.sql(f"DELETE FROM `tab{doctype}` WHERE `name`=%s", name)
    clear_cache()


def save_file(name, content, is_private):
    """The file first, then its row: a row without a file is never seen."""
    url = f"/{'private/' if is_private else ''}files/{name}"
    path = f"{frappe.local.site}/{'private' if is_private else 'public'}/files/{name}"
    with open(path, "wb") as file:
        file.write(content)
    fields = {"file_name": name, "file_url": url, "is_private": int(is_private), "file_size": len(content)}
    return insert("File", fields)


def cache():
    """Redis, or None where no redis_cache is configured, installed or answering."""
    try:
        from redis import Redis

        client = Redis.from_url(frappe.local.conf["redis_cache"], socket_timeout=2)
        return client if client.ping() else None
    except Exception:  # whatever it is, a cache is not needed
        return None


def get_cached_doc(doctype, name):
    client, key = cache(), f"{frappe.local.conf['db_name']}|document_cache::{doctype}::{name}"
    if client and (found := client.get(key)):
        return pickle.loads(found)
    document = get(doctype, name)
    if client and document:
        client.set(key, pickle.dumps(document))
    return document


def clear_cache():
    if client := cache():
        for key in client.scan_iter(f"{frappe.local.conf['db_name']}|*"):
            client.delete(key)


def build_search_index():
    """Frappe indexes its web pages into files of their own here; nothing reads them in the stand-in."""


def rebuild_global_search():
    frappe.local.db.sql("DELETE FROM `__global_search`")
    frappe.local.db.sql(
        "INSERT INTO `__global_search` (`doctype`, `name`, `title`, `content`, `route`, `published`)"
        " SELECT 'Web Page', `name`, `title`, `main_section`, `route`, `published` FROM `tabWeb Page`"
    )
