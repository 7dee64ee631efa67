import {
  address,
  callback,
  content,
  external,
  type FieldEntry,
  jsonContent,
  never,
  offer,
  onlyWhere,
  script,
} from './treatment.ts'

const provider = offer('address of a provider; ours only if that is a site of yours')
const service = offer('server of another service; ours only if it runs on this host', 'host')

/** Fields that hold addresses of, or for, other systems: sign-in, webhooks, mail, peers. One line adds a field. */
export const providerFields: readonly FieldEntry[] = [
  // Sign-in through others
  ['Connected App', 'redirect_uri', callback],
  ['Connected App', 'openid_configuration authorization_uri token_uri', provider],
  ['Connected App', 'revocation_uri userinfo_uri introspection_uri', provider],
  ['Social Login Key', 'redirect_url', callback],
  [
    'Social Login Key',
    'base_url',
    onlyWhere(
      { column: 'name', test: 'is', values: ['frappe'] },
      { ...address, reason: 'issuer of this site’s own OAuth' },
      provider,
    ),
  ],
  ['Social Login Key', 'authorize_url access_token_url api_endpoint', provider],
  ['Social Login Key', 'api_endpoint_args auth_url_data', { ...provider, json: true }],
  ['User Social Login', 'provider userid username', never('identity at a provider')],

  // Sign-in through this site
  [
    'OAuth Client',
    'redirect_uris default_redirect_uri',
    offer('address of another program; ours only if it is this site'),
  ],
  ['OAuth Settings', 'resource_documentation resource_policy_uri resource_tos_uri', address],
  ['OAuth Settings', 'allowed_public_client_origins', address],
  ['Token Cache', 'success_uri', offer('where a finished sign-in returns to')],
  ['Token Cache', 'state token_type', never('credential')],

  // Calls to others
  ['Webhook', 'request_url', { ...address, reason: 'a call of this site to itself; other hosts stay' }],
  ['Webhook', 'webhook_json', { ...jsonContent, reason: 'sent to the receiver with links to this site' }],
  ['Webhook', 'condition', script],
  ['Webhook Header', 'value', content],
  ['Webhook Data', 'key', never('name of a field')],
  ['Slack Webhook URL', 'webhook_url', never('address of another service')],

  // Servers
  ['LDAP Settings', 'ldap_server_url', service],
  ['S3 Backup Settings', 'endpoint_url', service],
  ['Geolocation Settings', 'base_url', service],
  ['SMS Settings', 'sms_gateway_url', service],
  ['Network Printer Settings', 'server_ip', service],
  ['Email Account', 'email_server smtp_server frappe_mail_site', service],
  ['Email Domain', 'domain_name email_server smtp_server', service],

  // Relay: the pair is bound to the host it was given to; re-enabling asks for a new one.
  ['Push Notification Settings', 'api_key', external('credential of the push relay, bound to the host: enable again')],

  // The record's name is the URL, and the peer site holds its mirror.
  [
    'Event Producer',
    'producer_url',
    external('the record is named by it and mirrored on the peer: rename it on both sites'),
  ],
  [
    'Event Consumer',
    'callback_url',
    external('the record is named by it and mirrored on the peer: rename it on both sites'),
  ],
  ['Event Producer Last Update', 'event_producer', never('bookkeeping of event streaming')],
]
