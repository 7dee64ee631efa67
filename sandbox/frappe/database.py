"""One connection to a site's database: MariaDB through PyMySQL, or the embedded SQLite file `<site>/db/<db_name>.db`."""

import os
import subprocess
import time

import frappe


class Database:
	def __init__(self, conf, site):
		self.kind, self.name = conf.get("db_type") or "mariadb", conf["db_name"]
		if self.kind == "sqlite":
			import sqlite3

			path = os.path.abspath(os.path.join(site, "db", f"{self.name}.db"))
			self.connection = sqlite3.connect(f"file:{path}?mode=rw", uri=True, timeout=30, isolation_level=None)
			self.connection.execute("PRAGMA journal_mode=WAL")
		else:
			import pymysql

			self.connection = pymysql.connect(
				host=conf.get("db_host") or "127.0.0.1", port=int(conf.get("db_port") or 3306), unix_socket=conf.get("db_socket"),
				user=conf.get("db_user") or self.name, password=conf["db_password"], database=self.name, autocommit=True,
			)

	def sql(self, query, *values):
		"""Runs one statement with `%s` places and returns its rows as dicts."""
		cursor = self.connection.cursor()
		cursor.execute(query.replace("%s", "?") if self.kind == "sqlite" else query, values)
		names = [column[0] for column in cursor.description or ()]
		return [dict(zip(names, row)) for row in cursor.fetchall()] if names else []

	def get_value(self, query, *values):
		return next((next(iter(row.values())) for row in self.sql(query, *values)), None)

	def close(self):
		self.connection.close()


def backup():
	"""Writes a dump to private/backups and removes what is older than a day there."""
	conf, folder = frappe.local.conf, os.path.join(frappe.local.site, "private", "backups")
	os.makedirs(folder, exist_ok=True)
	for old in os.scandir(folder):
		if old.stat().st_mtime < time.time() - 86400:
			os.remove(old.path)
	name = f"{time.strftime('%Y%m%d_%H%M%S')}-{frappe.local.site.replace('.', '_')}-database.sql.gz"
	dump = ["sqlite3", f"{frappe.local.site}/db/{conf['db_name']}.db", ".dump"]
	if frappe.local.db.kind == "mariadb":
		address = [f"--socket={conf['db_socket']}"] if conf.get("db_socket") else [f"--port={conf.get('db_port', 3306)}"]
		dump = ["mariadb-dump", *address, f"--user={conf['db_name']}", "--single-transaction", conf["db_name"]]
	with open(os.path.join(folder, name), "wb") as file:
		environment = {**os.environ, "MYSQL_PWD": conf.get("db_password", "")}
		source = subprocess.Popen(dump, env=environment, stdout=subprocess.PIPE)
		subprocess.run(["gzip"], stdin=source.stdout, stdout=file, check=True)
	if source.wait():
		raise SystemExit("backup failed")
