"""`__Auth`: passwords (`encrypted`=0, pbkdf2-sha256 in passlib's spelling) and secrets (`encrypted`=1, Fernet)."""

import base64
import hashlib

import frappe

QUERY = "SELECT `password` FROM `__Auth` WHERE `doctype`=%s AND `name`=%s AND `fieldname`=%s AND `encrypted`=%s"


def check_password(user, password):
	stored = frappe.local.db.get_value(QUERY, "User", user, "password", 0)
	_, _, rounds, salt, checksum = stored.split("$") if stored else "$$1$$".split("$")
	salt, checksum = (base64.b64decode(part.replace(".", "+") + "=" * (-len(part) % 4)) for part in (salt, checksum))
	if hashlib.pbkdf2_hmac("sha256", password.encode(), salt, int(rounds)) != checksum:
		raise PermissionError("Invalid login credentials")


def get_decrypted_password(doctype, name, fieldname="password"):
	from cryptography.fernet import Fernet

	stored = frappe.local.db.get_value(QUERY, doctype, name, fieldname, 1)
	return Fernet(frappe.local.conf["encryption_key"]).decrypt(stored.encode()).decode()
