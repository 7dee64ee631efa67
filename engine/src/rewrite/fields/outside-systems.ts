/** Somebody or something outside this site that must learn of its new name. */
export interface OutsideSystem {
  system: string
  /** What to do there. */
  action: string
  /** Why it is on the list. */
  because: string
}

export interface OutsideSystemsInput {
  /** Host names without scheme. */
  oldHost: string
  newHost: string
  /** DocTypes that are set up: those with rows; a Single only when it is switched on or filled in. */
  doctypesWithRows: ReadonlySet<string>
  /** The old name is served over TLS. */
  hasTls: boolean
  /** Keys of site_config.json and common_site_config.json; values are not needed. */
  siteConfigKeys: string[]
}

interface Reminder {
  system: string
  action: (hosts: { oldHost: string; newHost: string }) => string
  /** Done in the zone of a domain. */
  dns?: true
  /** One of these DocTypes is set up. */
  doctypes?: string[]
  /** One of these configuration keys is present. */
  configKeys?: string[]
  /** Neither: it concerns every site. */
  always?: string
  tlsOnly?: true
}

/** One entry adds a reminder; they are told in this order. */
const reminders: Reminder[] = [
  {
    system: 'DNS',
    action: ({ oldHost, newHost }) =>
      `Point ${newHost} to this server; keep ${oldHost} pointing here for 6 to 12 months so that its redirect answers.`,
    dns: true,
    always: 'every visitor finds the site by its name',
  },
  {
    system: 'Certificate of the old name',
    action: ({ oldHost }) => `Keep renewing the certificate of ${oldHost} as long as it redirects.`,
    always: 'a redirect over https needs a valid certificate too',
    tlsOnly: true,
  },
  {
    system: 'Sign-in providers (OAuth consoles)',
    action: ({ newHost }) =>
      `Register the redirect addresses of https://${newHost} at each provider, beside the old ones.`,
    doctypes: ['Social Login Key', 'Connected App'],
  },
  {
    system: 'Google Cloud console',
    action: ({ newHost }) => `Add https://${newHost} to the authorized origins and redirect addresses.`,
    doctypes: ['Google Settings', 'Google Calendar', 'Google Contacts', 'Google Drive'],
  },
  {
    system: 'Dropbox app console',
    action: ({ newHost }) => `Add the redirect address of https://${newHost}.`,
    doctypes: ['Dropbox Settings'],
    configKeys: ['dropbox_access_key'],
  },
  {
    system: 'Programs that sign in through this site',
    action: ({ newHost }) => `Change their issuer and endpoints to https://${newHost}.`,
    doctypes: ['OAuth Client'],
  },
  {
    system: 'Webhooks registered elsewhere',
    action: ({ oldHost, newHost }) =>
      `In each shop and service that calls ${oldHost}, register the address under ${newHost}.`,
    doctypes: [
      'Woocommerce Settings',
      'Shopify Setting',
      'Ecommerce Integration Log',
      'Exotel Settings',
      'Twilio Settings',
    ],
  },
  {
    system: 'Receivers of this site’s webhooks',
    action: ({ oldHost, newHost }) => `Where a receiver filters or links by ${oldHost}, allow ${newHost}.`,
    doctypes: ['Webhook', 'Slack Webhook URL'],
  },
  {
    system: 'Payment gateways',
    action: ({ newHost }) =>
      `Change return addresses, webhooks and allowed domains to ${newHost} in each gateway’s dashboard.`,
    doctypes: [
      ...['Payment Gateway', 'Payment Gateway Account', 'Stripe Settings', 'GoCardless Settings', 'Braintree Settings'],
      ...['PayPal Settings', 'Razorpay Settings', 'Paytm Settings', 'Mpesa Settings'],
    ],
  },
  {
    system: 'Banking and accounting links',
    action: ({ newHost }) => `Change the redirect addresses to https://${newHost}.`,
    doctypes: ['Plaid Settings', 'QuickBooks Migrator'],
    configKeys: ['plaid_client_id'],
  },
  {
    system: 'Event streaming peers',
    action: ({ oldHost, newHost }) =>
      `On every peer, rename the producer or consumer record that names ${oldHost} to ${newHost}; until then events stop.`,
    doctypes: ['Event Producer', 'Event Consumer'],
  },
  {
    system: 'Other Frappe sites that use this one',
    action: ({ oldHost, newHost }) => `Where another site names https://${oldHost}, change it to https://${newHost}.`,
    doctypes: ['ERPNext CRM Settings', 'Frappe CRM Settings', 'Helpdesk Settings'],
  },
  {
    system: 'Push relay',
    action: ({ newHost }) =>
      `Switch push notifications off and on once under ${newHost}; the old registration is bound to the old host.`,
    doctypes: ['Push Notification Settings'],
    configKeys: ['push_relay_server_url'],
  },
  {
    system: 'Passkeys',
    action: ({ newHost }) => `Ask users to register their passkeys again at https://${newHost}.`,
    doctypes: ['User Passkey', 'User Passkey Credential', 'Passkey'],
  },
  {
    system: 'Mail records (SPF, DKIM, DMARC)',
    action: ({ oldHost, newHost }) =>
      `If mail is to be sent as @${newHost}, publish its records first; addresses at @${oldHost} are left as they are.`,
    dns: true,
    doctypes: ['Email Account', 'Email Domain'],
    configKeys: ['mail_server', 'mail_login'],
  },
  {
    system: 'Links in mails already sent',
    action: ({ oldHost, newHost }) =>
      `Keep the redirect from ${oldHost} to ${newHost}: signed links, unsubscribe links and replies in old mails name it.`,
    doctypes: ['Email Queue', 'Communication', 'Newsletter'],
  },
  {
    system: 'Search console and sitemaps',
    action: ({ oldHost, newHost }) =>
      `Add ${newHost} as a property, announce the move from ${oldHost}, submit the sitemap again.`,
    doctypes: ['Web Page', 'Blog Post', 'Website Item', 'Wiki Page', 'Help Article'],
  },
  {
    system: 'Pages that embed this site’s forms',
    action: ({ oldHost, newHost }) => `Change embedded addresses from ${oldHost} to ${newHost}.`,
    doctypes: ['Web Form'],
  },
  {
    system: 'CORS',
    action: ({ newHost }) =>
      `Check the allowed origins here and on services this site’s pages call: they must name ${newHost}.`,
    configKeys: ['allow_cors'],
  },
  {
    system: 'Monitoring and scripts',
    action: ({ oldHost, newHost }) => `Change uptime checks, backups and programs that call ${oldHost} to ${newHost}.`,
    always: 'whatever calls the site by name follows a redirect at best',
  },
]

/** Which outside systems must be told of a rename, from what the site has set up. Pure; nothing is asked over the network. */
export function outsideSystems(input: OutsideSystemsInput): OutsideSystem[] {
  return reminders.flatMap((reminder) => {
    const because = reasonFor(reminder, input)
    return because === undefined ? [] : [{ system: reminder.system, action: reminder.action(input), because }]
  })
}

function reasonFor(reminder: Reminder, input: OutsideSystemsInput): string | undefined {
  if (reminder.tlsOnly && !input.hasTls) return undefined
  if (reminder.always !== undefined) return reminder.always
  const doctypes = (reminder.doctypes ?? []).filter((doctype) => input.doctypesWithRows.has(doctype))
  const keys = (reminder.configKeys ?? []).filter((key) => input.siteConfigKeys.includes(key))
  if (doctypes.length > 0) return `this site has ${doctypes.join(', ')}`
  return keys.length > 0 ? `site configuration has ${keys.join(', ')}` : undefined
}

/** Whether a reminder is about records of a domain. */
export const isDnsUpdate = (system: string): boolean =>
  reminders.some((reminder) => reminder.dns === true && reminder.system === system)

/** The DocTypes whose rows decide which systems are on the list. */
export const outsideDocTypes = (): string[] => [...new Set(reminders.flatMap((reminder) => reminder.doctypes ?? []))]
