import type { HostSpellings } from '../host-spellings.ts'
import type { ContentRow } from './content-row.ts'

/** What the staff works with: users, mail, printing, workspaces and scripts. */
export function deskRows(at: HostSpellings): ContentRow[] {
  return [...people(at), ...mailAndPrint(at), ...scripts(at)]
}

function people(at: HostSpellings): ContentRow[] {
  const users: ContentRow[] = ['Administrator', 'ada@example.net', 'bo@example.net', 'cy@example.net'].map(
    (name, index) => ({
      doctype: 'User',
      name,
      values: {
        email: index === 0 ? 'admin@example.net' : name,
        full_name: name.split('@')[0] ?? name,
        enabled: 1,
        user_image: index === 1 ? `${at.https}/files/photo-${index}.txt` : null,
        redirect_url: index === 2 ? `${at.https}/app/todo` : null,
        email_signature: `<p>${name}<br><a href="${at.https}">Old Cloud</a></p>`,
        bio: `Writes at ${at.withPort}/blog`,
        api_key: `key-${index}`,
        api_secret: '***************',
      },
    }),
  )
  return [
    ...users,
    {
      doctype: 'Workspace',
      name: 'Home',
      values: { title: 'Home', external_link: `${at.https}/app`, content: workspaceContent(at) },
    },
    {
      doctype: 'Workspace Shortcut',
      name: 'shortcut-1',
      parent: { doctype: 'Workspace', name: 'Home', field: 'shortcuts' },
      values: { type: 'URL', label: 'Portal', url: `${at.https}/portal` },
    },
  ]
}

const workspaceContent = (at: HostSpellings): string =>
  `[{"id":"a1","type":"header","data":{"text":"<a href=\\"${at.https}/app\\">Home</a>","col":12}},` +
  `{"id":"a2","type":"paragraph","data":{"text":"Shop: ${at.lookAlikes.subdomain}","col":1.0}}]`

function mailAndPrint(at: HostSpellings): ContentRow[] {
  return [
    {
      doctype: 'Email Template',
      name: 'Welcome mail',
      values: {
        subject: 'Welcome',
        use_html: 1,
        response: `<p>Sign in at <a href="${at.https}/login">${at.https}/login</a></p>`,
        response_html: `{% set base = "${at.https}" %}<a href="{{ base }}/update-password?key={{ key }}">Set password</a> or <a href="${at.https}/help">help</a>`,
      },
    },
    {
      doctype: 'Email Account',
      name: 'Support',
      values: {
        email_id: at.lookAlikes.mail,
        smtp_server: 'mail.example.net',
        password: '********',
        signature: `<a href="${at.https}">Support</a>`,
        footer: `<p>Unsubscribe: ${at.https}/unsubscribe</p>`,
      },
    },
    {
      doctype: 'Notification',
      name: 'Order received',
      values: {
        subject: 'Order {{ doc.name }}',
        document_type: 'Sales Order',
        message: `<a href="${at.https}/app/sales-order/{{ doc.name }}">{{ doc.name }}</a>`,
        condition: `doc.portal_link != "${at.https}/none"`,
      },
    },
    {
      doctype: 'Letter Head',
      name: 'Old Cloud',
      values: {
        image: `${at.https}/files/logo.png`,
        content: `<img src="${at.https}/files/logo.png"> ${at.host}`,
        footer: `<p>Old Cloud Ltd · <a href="${at.upperCase}">${at.host}</a></p>`,
      },
    },
    {
      doctype: 'Print Format',
      name: 'Order with link',
      values: {
        doc_type: 'Sales Order',
        standard: 'No',
        html: `<h1>{{ doc.name }}</h1><a href="${at.https}/orders/{{ doc.name }}">online</a>`,
        css: `.logo { background: url("${at.https}/files/logo.png") }`,
        format_data: `[{"fieldname":"print_heading","options":"<b>${at.jsonEscaped}\\/<\\/b>"}]`,
      },
    },
  ]
}

function scripts(at: HostSpellings): ContentRow[] {
  return [
    {
      doctype: 'Client Script',
      name: 'Portal button',
      values: {
        dt: 'Partner Portal',
        enabled: 1,
        script: `frappe.ui.form.on("Partner Portal", { refresh() { window.open("${at.https}/portal") } })`,
      },
    },
    {
      doctype: 'Server Script',
      name: 'Ping portal',
      values: {
        script_type: 'API',
        disabled: 0,
        script: `base = "${at.https}"\nfrappe.response["message"] = base + "/portal"`,
      },
    },
    {
      doctype: 'Report',
      name: 'Open links',
      values: {
        is_standard: 'No',
        query: `select name, concat('${at.https}/app/todo/', name) from tabToDo`,
        report_script: null,
        json: null,
        javascript: null,
      },
    },
    {
      doctype: 'Report',
      name: 'Standard links',
      values: { is_standard: 'Yes', query: `select '${at.https}'`, report_script: null, json: null, javascript: null },
    },
  ]
}
