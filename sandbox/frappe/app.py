"""The WSGI application: finds the site by header or host and answers the few paths that are asked."""

import html
import json
import mimetypes
import os
import secrets
from datetime import datetime
from email.parser import BytesParser
from http import HTTPStatus
from http.cookies import SimpleCookie
from urllib.parse import parse_qsl

import frappe
from frappe import client
from frappe.utils import get_site_name, get_url
from frappe.utils.password import check_password

_site = None  # set by `bench serve`, then stronger than the Host header
STATUS = {frappe.IncorrectSitePath: 404, FileNotFoundError: 404, PermissionError: 403}
STATUS |= {frappe.AuthenticationError: 401}
HEAD = '<!doctype html><title>{}</title>\n<link rel="canonical" href="{}/login">\n'
STYLE = '<link rel="stylesheet" href="/assets/frappe/css/login.css">\n'
FORM = '<h1>Login</h1><form class="form-signin"></form>'


def site_of(environ):
    return _site or environ.get("HTTP_X_FRAPPE_SITE_NAME") or get_site_name(environ.get("HTTP_HOST", ""))


def page(title, body, status=200):
    text = HEAD.format(html.escape(title), get_url()) + STYLE + body
    return status, text.encode(), "text/html", []


def as_json(data, headers=()):
    return 200, json.dumps(data, default=str).encode(), "application/json", headers


def send_file(folder, name):
    path = os.path.realpath(os.path.join(folder, name))
    if ".." in name.split("/") or not os.path.isfile(path):
        raise FileNotFoundError(name)
    with open(path, "rb") as file:
        return 200, file.read(), mimetypes.guess_type(name)[0] or "application/octet-stream", []


def login(form):
    check_password(form.get("usr", ""), form.get("pwd", ""))
    sid = secrets.token_hex(28)
    columns = "`user`, `sid`, `lastupdate`, `sessiondata`, `status`"
    statement = f"INSERT INTO `tabSessions` ({columns}) VALUES (%s, %s, %s, '{{}}', 'Active')"
    frappe.local.db.sql(statement, form["usr"], sid, str(datetime.now()))
    return as_json({"message": "Logged In"}, [("Set-Cookie", f"sid={sid}; Path=/; HttpOnly; SameSite=Lax")])


def require_session(environ):
    sid = SimpleCookie(environ.get("HTTP_COOKIE", "")).get("sid")
    if not sid or not frappe.local.db.sql("SELECT `user` FROM `tabSessions` WHERE `sid`=%s", sid.value):
        raise PermissionError("Login to access")


def upload(environ, body):
    """multipart/form-data with the parts `file` and `is_private`."""
    message = BytesParser().parsebytes(f"Content-Type: {environ['CONTENT_TYPE']}\r\n\r\n".encode() + body)
    parts = {part.get_param("name", header="content-disposition"): part for part in message.get_payload()}
    private = parts["is_private"].get_payload() == "1" if "is_private" in parts else False
    name = os.path.basename(parts["file"].get_filename())
    return as_json({"message": client.save_file(name, parts["file"].get_payload(decode=True), private)})


def resource(method, path, form):
    doctype, _, name = path.removeprefix("/api/resource/").partition("/")
    if method == "POST":
        return as_json({"data": client.insert(doctype, form)})
    if method == "DELETE":
        client.delete(doctype, name)
        return 202, b'{"data": "ok"}', "application/json", []
    if method == "PUT":
        for field, value in form.items():
            client.set_value(doctype, name, field, value)
    return as_json({"data": client.get(doctype, name)})


def handle(environ, path):
    raw = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    if path == "/api/method/upload_file":
        require_session(environ)
        return upload(environ, raw)
    body = raw.decode()
    as_data = json.loads if "json" in environ.get("CONTENT_TYPE", "") else lambda text: dict(parse_qsl(text))
    form = {**dict(parse_qsl(environ.get("QUERY_STRING", ""))), **(as_data(body) if body else {})}
    if path == "/api/method/ping":
        return as_json({"message": "pong"})
    if path == "/api/method/login":
        return login(form)
    if path.startswith(("/api/resource/", "/private/files/")):
        require_session(environ)
    if path.startswith("/api/resource/"):
        return resource(environ["REQUEST_METHOD"], path, form)
    if path.startswith("/private/files/"):
        if environ.get("HTTP_X_USE_X_ACCEL_REDIRECT"):
            return 200, b"", "application/octet-stream", [("X-Accel-Redirect", f"/protected{path}")]
        return send_file(f"{frappe.local.site}/private/files", path.removeprefix("/private/files/"))
    if path in ("/", "/login"):
        settings = client.get_cached_doc("Website Settings", "Website Settings") or {}
        return page("Login", (settings.get("brand_html") or "") + FORM)
    query = "SELECT `name` FROM `tabWeb Page` WHERE `route`=%s AND `published`=1"
    name = frappe.local.db.get_value(query, path.strip("/"))
    if not name:
        return page("Not Found", "Page not found", 404)
    found = client.get_cached_doc("Web Page", name)
    section = "main_section_html" if found["content_type"] == "HTML" else "main_section"
    return page(found["title"], found[section] or "")


def answer(environ, path):
    site = site_of(environ)
    try:
        frappe.init(site)
        if not frappe.local.conf.get("db_name"):
            raise frappe.IncorrectSitePath(site)
        conf = frappe.local.conf
        if conf.get("maintenance_mode") and not conf.get("allow_reads_during_maintenance"):
            return page("Updating", "Session Stopped", 503)
        frappe.connect()
        return handle(environ, path)
    finally:
        frappe.destroy()


def respond(environ, start_response, source):
    try:
        status, body, kind, headers = source(environ, environ["PATH_INFO"])
    except tuple(STATUS) as error:
        status, body, kind, headers = STATUS[type(error)], html.escape(str(error)).encode(), "text/html", []
    length = [("Content-Type", f"{kind}; charset=utf-8"), ("Content-Length", str(len(body)))]
    start_response(f"{status} {HTTPStatus(status).phrase}", [*length, *headers])
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


def application(environ, start_response):
    """What gunicorn runs: assets and public files are the proxy's."""
    return respond(environ, start_response, answer)


def application_with_statics(environ, start_response):
    """What `bench serve` runs: assets and public files come before the site is looked at."""

    def source(environ, path):
        if path.startswith("/assets/"):
            return send_file("assets", path.removeprefix("/assets/"))
        if path.startswith("/files/"):
            return send_file(os.path.join(site_of(environ), "public", "files"), path.removeprefix("/files/"))
        return answer(environ, path)

    return respond(environ, start_response, source)


def serve(port=8000, site=None):
    from socketserver import ThreadingMixIn
    from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

    global _site
    _site = site
    server = type("Server", (ThreadingMixIn, WSGIServer), {"daemon_threads": True})
    quiet = type("Quiet", (WSGIRequestHandler,), {"log_message": lambda *arguments: None})
    make_server("127.0.0.1", int(port), application_with_statics, server, quiet).serve_forever()
