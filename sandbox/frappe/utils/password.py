"""`__Auth`: passwords (`encrypted`=0, passlib pbkdf2-sha256), secrets (`encrypted`=1: Fernet)."""

import base64
import hashlib

import frappe

CONDITION = "`doctype`=%s AND `name`=%s AND `fieldname`=%s AND `encrypted`=%s"
QUERY = f"SELECT `password` FROM `__Auth` WHERE {CONDITION}"


def check_password(user, password):
    stored = frappe.local.db.get_value(QUERY, "User", user, "password", 0)
    rounds, *parts = (stored or "$$1$$").split("$")[2:]
    salt, checksum = (base64.b64decode(part.replace(".", "+") + "=" * (-len(part) % 4)) for part in parts)
    if hashlib.pbkdf2_hmac("sha256", password.encode(), salt, int(rounds)) != checksum:
        raise frappe.AuthenticationError("Invalid login credentials")


def get_decrypted_password(doctype, name, fieldname="password"):
    from cryptography.fernet import Fernet

    stored = frappe.local.db.get_value(QUERY, doctype, name, fieldname, 1)
    return Fernet(frappe.local.conf["encryption_key"]).decrypt(stored.encode()).decode()
