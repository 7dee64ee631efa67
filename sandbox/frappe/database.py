"""A site's database: MariaDB through PyMySQL, or the embedded SQLite file `<site>/db/<db_name>.db`."""

import gzip
import os
import subprocess
import time

import frappe


class Database:
    def __init__(self, conf, site):
        self.kind, self.name = conf.get("db_type") or "mariadb", conf["db_name"]
        if self.kind == "sqlite":
            import sqlite3

            address = f"file:{site}/db/{self.name}.db?mode=rw"
            self.connection = sqlite3.connect(address, uri=True, timeout=30, isolation_level=None)
            self.connection.execute("PRAGMA journal_mode=WAL")
        else:
            import pymysql

            server = {"host": conf.get("db_host") or "127.0.0.1", "port": int(conf.get("db_port") or 3306)}
            account = {"user": conf.get("db_user") or self.name, "password": conf["db_password"]}
            server |= {"unix_socket": conf.get("db_socket"), "database": self.name}
            self.connection = pymysql.connect(**server, **account, autocommit=True)

    def sql(self, query, *values):
        """Runs one statement with `%s` places and returns its rows as dicts."""
        cursor = self.connection.cursor()
        cursor.execute(query.replace("%s", "?") if self.kind == "sqlite" else query, values)
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()] if names else []

    def get_value(self, query, *values):
        return next((next(iter(row.values())) for row in self.sql(query, *values)), None)


def backup():
    """Dumps a MariaDB site to private/backups and removes what is older than a day there."""
    conf, site = frappe.local.conf, frappe.local.site
    os.makedirs(f"{site}/private/backups", exist_ok=True)
    for old in os.scandir(f"{site}/private/backups"):
        if old.stat().st_mtime < time.time() - 86400:
            os.remove(old.path)
    name = f"{time.strftime('%Y%m%d_%H%M%S')}-{site.replace('.', '_')}-database.sql.gz"
    address = ["--host=127.0.0.1", f"--port={conf.get('db_port', 3306)}", f"--user={conf['db_name']}"]
    dump = ["mariadb-dump", *address, "--single-transaction", conf["db_name"]]
    environment = {**os.environ, "MYSQL_PWD": conf["db_password"]}
    with gzip.open(f"{site}/private/backups/{name}", "wb") as file:
        file.write(subprocess.run(dump, env=environment, stdout=subprocess.PIPE, check=True).stdout)
