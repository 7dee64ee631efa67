import type { HostSpellings } from '../host-spellings.ts'
import type { ContentRow } from './content-row.ts'

/** What connects the site to other systems, and its own records about itself. */
export function integrationRows(at: HostSpellings): ContentRow[] {
  return [
    {
      doctype: 'Webhook',
      name: 'HOOK-0001',
      values: {
        webhook_doctype: 'Sales Order',
        request_url: 'https://hooks.example.net/in',
        is_dynamic_url: 0,
        webhook_json: `{"link": "${at.https}/app/sales-order/{{ doc.name }}"}`,
        webhook_secret: '*****',
      },
    },
    {
      doctype: 'Webhook',
      name: 'HOOK-0002',
      values: {
        webhook_doctype: 'ToDo',
        request_url: `${at.https}/api/method/ping`,
        is_dynamic_url: 0,
        webhook_json: null,
        webhook_secret: null,
      },
    },
    {
      doctype: 'Webhook Header',
      name: 'header-1',
      parent: { doctype: 'Webhook', name: 'HOOK-0001', field: 'webhook_headers' },
      values: { key: 'Referer', value: `${at.https}/` },
    },
    {
      doctype: 'Connected App',
      name: 'app-1',
      values: {
        provider_name: 'Example',
        redirect_uri: `${at.https}/api/method/frappe.integrations.doctype.connected_app.connected_app.callback/app-1`,
        authorization_uri: 'https://login.example.net/authorize',
        client_id: 'client-1',
        client_secret: '*****',
      },
    },
    {
      doctype: 'Social Login Key',
      name: 'google',
      values: {
        provider_name: 'Google',
        base_url: 'https://www.googleapis.com',
        redirect_url: `${at.https}/api/method/frappe.integrations.oauth2_logins.login_via_google`,
        authorize_url: 'https://accounts.google.com/o/oauth2/auth',
        client_id: 'client-2',
        client_secret: '*****',
      },
    },
    {
      doctype: 'Social Login Key',
      name: 'frappe',
      values: {
        provider_name: 'Frappe',
        base_url: at.https,
        redirect_url: '/api/method/frappe.integrations.oauth2_logins.login_via_frappe',
        authorize_url: '/api/method/frappe.integrations.oauth2.authorize',
        client_id: 'client-3',
        client_secret: '*****',
      },
    },
    {
      doctype: 'OAuth Client',
      name: 'oauth-1',
      values: {
        app_name: 'Reader',
        redirect_uris: `https://reader.example.net/back ${at.https}/oauth/back`,
        default_redirect_uri: 'https://reader.example.net/back',
      },
    },
    {
      doctype: 'Installed Application',
      name: 'installed-1',
      parent: { doctype: 'Installed Applications', name: 'Installed Applications', field: 'installed_applications' },
      values: { app_name: 'frappe', app_version: '16.0.0', git_branch: 'version-16' },
    },
    {
      doctype: 'DefaultValue',
      name: 'default-1',
      parent: { doctype: '__default', name: '__global', field: 'system_defaults' },
      values: { defkey: 'installed_apps', defvalue: '["frappe"]' },
    },
    {
      doctype: 'DefaultValue',
      name: 'default-2',
      parent: { doctype: 'User', name: 'ada@example.net', field: 'system_defaults' },
      values: { defkey: 'start_page', defvalue: `${at.https}/app/todo` },
    },
  ]
}
