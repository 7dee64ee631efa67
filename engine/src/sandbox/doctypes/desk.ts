import type { DocTypeDefinition } from './doctype-definition.ts'

/** Workspaces and connections to other systems. */
export const deskDocTypes: DocTypeDefinition[] = [
  {
    name: 'Workspace',
    module: 'Desk',
    kind: 'table',
    fields: { title: 'Data', content: 'Long Text', external_link: 'Data|URL' },
  },
  {
    name: 'Workspace Shortcut',
    module: 'Desk',
    kind: 'child',
    fields: { type: 'Select', label: 'Data', url: 'Data|URL' },
  },
  {
    name: 'Webhook',
    module: 'Integrations',
    kind: 'table',
    fields: {
      webhook_doctype: 'Link|DocType',
      request_url: 'Small Text',
      is_dynamic_url: 'Check',
      webhook_json: 'Code|JSON',
      webhook_secret: 'Password',
    },
  },
  { name: 'Webhook Header', module: 'Integrations', kind: 'child', fields: { key: 'Small Text', value: 'Small Text' } },
  {
    name: 'Connected App',
    module: 'Integrations',
    kind: 'table',
    fields: {
      provider_name: 'Data',
      redirect_uri: 'Data',
      authorization_uri: 'Small Text',
      client_id: 'Data',
      client_secret: 'Password',
    },
  },
  {
    name: 'Social Login Key',
    module: 'Integrations',
    kind: 'table',
    fields: {
      provider_name: 'Data',
      base_url: 'Data',
      redirect_url: 'Data',
      authorize_url: 'Data',
      client_id: 'Data',
      client_secret: 'Password',
    },
  },
  {
    name: 'OAuth Client',
    module: 'Integrations',
    kind: 'table',
    fields: { app_name: 'Data', redirect_uris: 'Text', default_redirect_uri: 'Data' },
  },
  { name: 'ToDo', module: 'Desk', kind: 'table', fields: { status: 'Select', description: 'Text Editor' } },
]
