/** What a site holds, made through Frappe's own documents (so that its validations, history and secrets are real ones). */
import { inFrappe } from './real-bench.ts'

/** Secrets of the site that must open afterwards: doctype, name, field, plaintext. */
export const secrets = [
  ['User', 'Administrator', 'api_secret', 'acceptance-token-secret'],
  ['Email Account', 'Acceptance', 'password', 'acceptance-mail-secret'],
] as const

export const makeContent = (site: string): Promise<unknown> =>
  inFrappe(
    site,
    `
old = ${JSON.stringify(site)}
settings = frappe.get_doc("Website Settings")
settings.brand_html = f'<a href="http://{old}/">ACME</a>'
settings.save()
text = f'<p><a href="http://{old}/app">us</a>, mail sales@{old}, see https://shop.{old} and http://{old}.mx</p>'
frappe.get_doc({"doctype": "Web Page", "title": "Acceptance", "route": "acceptance-page", "published": 1,
  "content_type": "Rich Text", "main_section": text}).insert()
frappe.get_doc({"doctype": "File", "file_name": "hello.txt", "content": "hello from a public file"}).insert()
frappe.get_doc({"doctype": "File", "file_name": "secret.txt", "content": "hello from a private file", "is_private": 1}).insert()
frappe.get_doc({"doctype": "File", "file_name": "absolute", "file_url": f"http://{old}/files/hello.txt"}).insert()
frappe.get_doc({"doctype": "Email Account", "email_account_name": "Acceptance", "email_id": f"office@{old}", "auth_method": "Basic",
  "password": "acceptance-mail-secret", "footer": f'<a href="http://{old}/unsubscribe">leave</a>'}).insert()
frappe.get_doc({"doctype": "Connected App", "provider_name": "Acceptance", "client_id": "1", "client_secret": "acceptance-app-secret",
  "authorization_uri": "https://provider.example/authorize", "token_uri": "https://provider.example/token"}).insert()
frappe.get_doc({"doctype": "Webhook", "__newname": "Acceptance", "webhook_doctype": "Blog Category", "webhook_docevent": "after_insert", "enabled": 0,
  "request_url": f"http://{old}/api/method/ping", "request_method": "POST"}).insert()
frappe.get_doc({"doctype": "DocType", "name": "Acceptance Link", "module": "Core", "custom": 1, "track_changes": 1, "autoname": "prompt",
  "fields": [{"fieldname": "link", "fieldtype": "Data", "options": "URL", "label": "Link"},
    {"fieldname": "body", "fieldtype": "Text Editor", "label": "Body"}, {"fieldname": "settings", "fieldtype": "JSON", "label": "Settings"}],
  "permissions": [{"role": "System Manager", "read": 1, "write": 1, "create": 1}]}).insert()
link = frappe.get_doc({"doctype": "Acceptance Link", "__newname": "one", "link": f"http://{old}/a", "body": "<p>first</p>"}).insert()
link.link = f"http://{old}/b"
link.body = f'<p>see http://{old}/app/note</p>'
link.settings = '{"next": "http:\\\\/\\\\/' + old + '\\\\/n", "big": 12345678901234567890}'
link.save()
link.add_comment("Comment", f"was http://{old}/a before")
user = frappe.get_doc("User", "Administrator")
user.api_key = "acceptance-key"
user.api_secret = "acceptance-token-secret"
user.save()
`,
  )

export interface Content {
  brand: string
  page: string
  file: string
  mail: string[]
  callback: string
  hook: string
  link: string[]
  comment: string
  versions: string[]
}

/** The values that carry links, as Frappe reads them; history and look-alikes with them. */
export async function readContent(site: string): Promise<Content> {
  const found = await inFrappe(
    site,
    `
link = frappe.get_doc("Acceptance Link", "one")
result = {
  "brand": frappe.db.get_single_value("Website Settings", "brand_html"),
  "page": frappe.db.get_value("Web Page", {"route": "acceptance-page"}, "main_section"),
  "file": frappe.db.get_value("File", {"file_name": "absolute"}, "file_url"),
  "mail": frappe.db.get_value("Email Account", "Acceptance", ["email_id", "footer"]),
  "callback": frappe.db.get_value("Connected App", {"provider_name": "Acceptance"}, "redirect_uri"),
  "hook": frappe.db.get_value("Webhook", {"webhook_doctype": "Blog Category"}, "request_url"),
  "link": [link.link, link.body, frappe.db.get_value("Acceptance Link", "one", "settings")],
  "comment": frappe.db.get_value("Comment", {"reference_doctype": "Acceptance Link", "comment_type": "Comment"}, "content"),
  "versions": [row[0] for row in frappe.db.sql("select data from tabVersion where ref_doctype='Acceptance Link'")],
}`,
  )
  return found as Content
}

/** The secrets as Frappe opens them. */
export const readSecrets = (site: string): Promise<unknown> =>
  inFrappe(
    site,
    `
from frappe.utils.password import get_decrypted_password
result = [get_decrypted_password(*row) for row in json.loads(${JSON.stringify(JSON.stringify(secrets.map((row) => row.slice(0, 3))))})]`,
  )
