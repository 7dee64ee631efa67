import type { RestoreInput } from './input.ts'

export type KeyDecision = { key: string; what: 'carried' | 'kept' | 'dropped'; because: string }

/** Keys that name the database of where the backup was taken. */
export const OF_THE_DATABASE: ReadonlySet<string> = new Set(
  `db_name db_user db_password db_host db_port db_socket db_type db_ssl_ca db_ssl_cert db_ssl_key rds_db
  read_from_replica different_credentials_for_replica replica_host replica_db_port replica_db_name replica_db_user
  replica_db_password`.split(/\s+/),
)
/** Services of the bench it was taken on: another bench's queue would run this site's jobs. */
export const OF_THE_BENCH: ReadonlySet<string> = new Set(
  'redis_cache redis_queue redis_socketio socketio_port webserver_port'.split(' '),
)
/** Keys that name the site and its certificates: a site that is made has another name. */
const OF_THE_NAME = new Set('host_name hostname domains ssl_certificate ssl_certificate_key nginx_port'.split(' '))
/** States of that moment. */
export const OF_THE_MOMENT: ReadonlySet<string> = new Set(['maintenance_mode', 'pause_scheduler'])

/**
 * What becomes of each key of the backup's configuration. Over an existing site its own configuration stays, but for the key and the
 * database; a site that is made gets what belongs to the site and not to the place it came from.
 */
export function decideKeys({ backup, target }: RestoreInput): KeyDecision[] {
  const config = backup.siteConfig?.config ?? null
  const values = config?.values ?? {}
  const hosting = new Set(config?.hostingKeys ?? [])
  const own = target.kind === 'existing' ? (target.site.config.value ?? {}) : {}
  const decided = Object.keys(values)
    .sort()
    .flatMap((key): KeyDecision[] => {
      if (key === 'encryption_key') return [{ key, what: 'carried', because: 'without it no stored secret opens' }]
      if (OF_THE_DATABASE.has(key)) return [{ key, what: 'dropped', because: 'names the database it was taken of' }]
      if (target.kind === 'existing')
        return [
          key in own
            ? { key, what: 'kept', because: "the site's own value stays" }
            : { key, what: 'dropped', because: 'the site has no such key; set it yourself if it is wanted' },
        ]
      if (hosting.has(key)) return [{ key, what: 'dropped', because: 'belongs to the hosting it came from' }]
      if (OF_THE_BENCH.has(key))
        return [{ key, what: 'dropped', because: 'names a service of the bench it was taken on' }]
      if (OF_THE_NAME.has(key)) return [{ key, what: 'dropped', because: 'names the site it was taken of' }]
      if (OF_THE_MOMENT.has(key)) return [{ key, what: 'dropped', because: 'a state of that moment' }]
      return [{ key, what: 'carried', because: '' }]
    })
  const stays = Object.keys(own)
    .filter((key) => !(key in values) && !OF_THE_DATABASE.has(key))
    .map((key): KeyDecision => ({ key, what: 'kept', because: "the site's own" }))
  return [...decided, ...stays]
}

/**
 * A site that is made beside the one it was taken of is a copy: until somebody wants it live it sends no mail and runs no scheduled
 * jobs, or every customer would hear from both.
 */
export function isCopy({ facts, target, backup }: RestoreInput): boolean {
  if (target.kind === 'existing') return false
  const source = sourceOf(backup)
  // A file may have been renamed, and so may the site: the dump itself names the database it was taken of.
  const from = backup.database.dump?.sourceDatabase ?? null
  return facts.sites.some(
    ({ name, names, databaseName }) =>
      (from !== null && from === databaseName) ||
      [name, ...names.map(({ host }) => host)].some((one) => one === source || one.replaceAll('.', '_') === source),
  )
}

/** Of the archives, which name the site it was taken of; else of the file name, where each dot has become `_`. */
export function sourceOf({ publicFiles, privateFiles, database }: RestoreInput['backup']): string | null {
  const named = [publicFiles, privateFiles].flatMap((part) => part?.archive?.sites ?? [])
  return named[0] ?? database.content.part.name?.siteSlug ?? null
}

/**
 * The database that a replica goes on answering from after the switch, where the site reads from one by an account of its own
 * (frappe/__init__.py, connect_replica: `replica_db_name`); null where it follows the switch, or there is none.
 */
export function replicaOfBefore({ facts, target }: RestoreInput): string | null {
  if (target.kind !== 'existing') return null
  const config = { ...facts.commonConfig.value, ...target.site.config.value }
  if (!config['read_from_replica'] || !config['different_credentials_for_replica']) return null
  return String(config['replica_db_name'] ?? '')
}

/** Where the key comes from that the site has afterwards. */
export function keySource({ backup, target }: RestoreInput): 'backup' | 'site' | 'none' {
  if (backup.siteConfig?.config?.encryptionKey) return 'backup'
  return target.kind === 'existing' && typeof target.site.config.value?.['encryption_key'] === 'string'
    ? 'site'
    : 'none'
}

/** Whether the backup's key is another than the site has now. */
export function keyChanges(input: RestoreInput): boolean {
  const { backup, target } = input
  if (keySource(input) !== 'backup' || target.kind !== 'existing') return false
  return backup.siteConfig?.config?.encryptionKey !== target.site.config.value?.['encryption_key']
}

export function keySentence(input: RestoreInput): string {
  const secrets = input.backup.database.dump?.frappe.encryptedSecrets ?? 0
  const proven = `${secrets} encrypted secrets, each is opened with it before the switch`
  switch (keySource(input)) {
    case 'backup':
      return keyChanges(input) || input.target.kind === 'new'
        ? `carried from the backup: ${proven}`
        : `the backup has the one the site has: ${proven}`
    case 'site':
      return `the backup brings none, so the site's own stays: ${proven}`
    case 'none':
      return secrets === 0
        ? 'none, and none is needed: no secret is encrypted'
        : `NONE: ${secrets} encrypted secrets cannot be opened`
  }
}
