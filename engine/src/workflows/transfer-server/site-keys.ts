import type { TransferPreview } from '../../execution/transfer-preview.ts'
import { OF_THE_BENCH, OF_THE_DATABASE, OF_THE_MOMENT } from '../restore-site/config-keys.ts'
import type { TransferInput } from './input.ts'

type KeyDecision = TransferPreview['keys'][number]

/** Accounts and switches of the machine the site ran on (bench/config/common_site_config.py; frappe/commands/site.py). */
const OF_THE_MACHINE = new Set(
  `root_login root_password mariadb_root_login admin_password http_port restart_supervisor_on_update restart_systemd_on_update
  install_apps allow_tests developer_mode monitor`.split(/\s+/),
)
/** What Frappe Cloud puts in and nobody else reads (frappe/press, fixtures/site_config_key_blacklist.json). */
const OF_FRAPPE_CLOUD =
  /^(?:sk_|saas_billing_)|^(?:plan_limit|fc_communication_secret|subscription|frappecloud_url|extra_config|rate_limit|rds_db)$/
const CERTIFICATE = new Set(['ssl_certificate', 'ssl_certificate_key'])
const PORT = new Set(['nginx_port'])
const NAMES = new Set(['host_name', 'hostname'])

/** Values that the target's configuration has instead of the source's: no secrets. */
type Adapted = Record<string, unknown>

/** What becomes of each key of the site's configuration, in the order of the alphabet. */
export function decideKeys(input: TransferInput): KeyDecision[] {
  return Object.keys(input.source.site.config.value ?? {})
    .sort()
    .map((key) => ({ key, ...decide(input, key) }))
}

function decide(input: TransferInput, key: string): Omit<KeyDecision, 'key'> {
  const renamed = isRenamed(input)
  if (key === 'encryption_key') return { what: 'carried', because: 'without it no stored secret opens' }
  if (OF_THE_DATABASE.has(key)) return { what: 'dropped', because: 'names the database at the source' }
  if (OF_THE_BENCH.has(key)) return { what: 'dropped', because: 'names a service of the bench at the source' }
  if (OF_THE_MOMENT.has(key)) return { what: 'adapted', because: 'set until the site is opened, then as it is now' }
  if (key === 'mute_emails' && keepsQuiet(input)) return { what: 'adapted', because: 'set: the copy sends no mail' }
  if (CERTIFICATE.has(key)) return { what: 'dropped', because: 'a path at the source; certificates are not moved' }
  if (PORT.has(key)) return { what: 'dropped', because: 'a port of the nginx at the source' }
  if (NAMES.has(key) && renamed) return { what: 'dropped', because: 'names the site it is made of' }
  if (key === 'domains') return decideDomains(input)
  if (OF_THE_MACHINE.has(key)) return { what: 'dropped', because: 'about the machine it ran on' }
  if (OF_FRAPPE_CLOUD.test(key)) return { what: 'dropped', because: 'of Frappe Cloud' }
  return { what: 'carried', because: '' }
}

function decideDomains(input: TransferInput): Omit<KeyDecision, 'key'> {
  if (isRenamed(input)) return { what: 'dropped', because: 'names of the site it is made of' }
  const { domains } = adaptedValues(input)
  return JSON.stringify(domains) === JSON.stringify(input.source.site.config.value?.['domains'])
    ? { what: 'carried', because: '' }
    : { what: 'adapted', because: 'the names alone: their certificates lie at the source' }
}

/** A copy, or a site that gets another name: what names the original does not go with it. */
export const isRenamed = ({ name, source }: TransferInput): boolean => name !== source.site.name

/** Whether the site at the target stays quiet when it is opened. */
export const keepsQuiet = ({ request }: TransferInput): boolean => request.clone || request.keepQuarantine

/** Names that are carried without the paths of their certificates. */
export function adaptedValues(input: TransferInput): Adapted {
  const domains = input.source.site.config.value?.['domains']
  if (!Array.isArray(domains) || isRenamed(input)) return {}
  const names = domains.flatMap((entry: unknown) => {
    if (typeof entry === 'string') return [entry]
    const named: unknown = entry !== null && typeof entry === 'object' && 'domain' in entry ? entry.domain : null
    return typeof named === 'string' ? [named] : []
  })
  return { domains: names }
}

/** What keeps a site from speaking to anybody (frappe/email/queue.py, frappe/utils/scheduler.py, frappe/app.py). */
const OFF = { maintenance_mode: 1, pause_scheduler: 1, mute_emails: 1 }

/** Keys that the configuration at the target begins with beside those that are carried: the site is off until it is opened. */
export const startingValues = (input: TransferInput): Record<string, unknown> => ({ ...adaptedValues(input), ...OFF })

/** The flags of the opened site: as the source has them; a copy goes on sending no mail and running no scheduled jobs. */
export function openedFlags(input: TransferInput): { key: string; wanted: unknown }[] {
  const config = input.source.site.config.value ?? {}
  const quiet = keepsQuiet(input)
  return [
    { key: 'maintenance_mode', wanted: config['maintenance_mode'] ?? null },
    { key: 'pause_scheduler', wanted: quiet ? 1 : (config['pause_scheduler'] ?? null) },
    { key: 'mute_emails', wanted: quiet ? 1 : (config['mute_emails'] ?? null) },
  ]
}

export function keySentence({ source }: TransferInput): string {
  const { total, opening } = source.database.secrets
  if (typeof source.site.config.value?.['encryption_key'] !== 'string')
    return total === 0
      ? 'the source has none, and none is needed: no secret is encrypted'
      : `the source has NONE: its ${total} encrypted secrets open nowhere`
  const lost = total - opening
  return `carried; ${opening} secrets open with it at the source, each is opened with it at the target before the switch${lost > 0 ? ` (${lost} do not open at the source either)` : ''}`
}
