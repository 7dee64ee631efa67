import type { DatabaseAddress } from '../database/site-database.ts'
import type { CertificateFacts } from '../services/certificates.ts'
import type { CrontabLine } from '../services/cron.ts'
import type { HostsEntry } from '../services/hosts-file.ts'
import type { NginxFacts } from '../services/nginx/nginx-facts.ts'
import type { RedisFacts } from '../services/redis.ts'
import type { Finding } from './finding.ts'

export type { CertificateFacts, CrontabLine, HostsEntry, RedisFacts }

/** A JSON file of the bench. `value` is null when it is missing, unreadable or not an object; a finding says which. */
export interface JsonFile {
  path: string
  exists: boolean
  text: string | null
  value: Record<string, unknown> | null
}

export interface AppFacts {
  name: string
  version: string | null
  branch: string | null
  commit: string | null
  path: string
}

/** Where a name of a site comes from. */
export type NameSource =
  | 'directory'
  | 'host_name'
  | 'domains'
  | 'wildcard'
  | 'default_site'
  | 'nginx'
  | 'hosts-file'
  | 'currentsite'

/** One name the site is known by. */
export interface SiteName {
  /** Lower-case ASCII, whatever spelling stands there: `canonicalHost`. */
  host: string
  /** From a `host_name` or listen port that is not the scheme's own. */
  port: number | null
  scheme: 'http' | 'https' | null
  sources: { from: NameSource; where: string }[]
}

export interface SiteFacts {
  /** The directory's name. */
  name: string
  path: string
  /** Set when `sites/<name>` is a link. */
  linkTarget: string | null
  config: JsonFile
  configMode: number | null
  ownerId: number
  names: SiteName[]
  /** null when the configuration does not say enough; a finding says what is missing. Holds the password: never printed whole. */
  database: DatabaseAddress | null
  databaseKind: 'mariadb' | 'sqlite' | 'postgres' | 'unknown'
  /** Value of `db_name`. */
  databaseName: string | null
  /** As configured; absent keys are null. */
  maintenanceMode: unknown
  pauseScheduler: unknown
  /** Served over TLS by nginx or by the certificate keys in its configuration. */
  tls: boolean
  certificate: { certificate: string; key: string } | null
  /** Bytes of the directory without the database; null when too slow to count. */
  filesBytes: number | null
}

export interface PortFacts {
  /** `webserver_port`, `socketio_port`, `redis_cache` … */
  purpose: string
  port: number
  host: string
  listening: boolean
  owner: { pid: number; command: string; belongsToBench: boolean } | null
}

export interface ProcessManagerFacts {
  kind: 'supervisor' | 'systemd' | 'procfile' | 'none'
  /** Files and units that belong to this bench. */
  where: string[]
  running: { name: string; pid: number; command: string; directory: string | null }[]
}

/** A directory, link or file under sites/ (or archived) that is no working site. */
export interface LeftoverFacts {
  path: string
  kind: 'symlink' | 'dangling-symlink' | 'without-config' | 'stray-file' | 'archived' | 'same-database'
  detail: string
}

/** A symbolic link under sites/. */
export interface LinkFacts {
  path: string
  /** What it says. */
  text: string
  /** The place under sites/ it says: `old.cloud`, `old.cloud/public`; null for one elsewhere. */
  inside: string | null
}

/** Everything that was read of a bench. Reading never changes anything. Holds secrets in `sites[].database`; print through `report/`. */
export interface BenchFacts {
  path: string
  kind: 'bench-5' | 'bench-4' | 'unknown'
  /** Traces the kind was told from: `sites/apps.json`, `Procfile`, `config/`, `env/`. */
  traces: string[]
  /** Version of the bench program itself, when it can be found. */
  benchVersion: string | null
  ownerId: number
  ownerName: string
  ownerGroupId: number
  python: string | null
  frappeVersion: string | null
  /** Slug Frappe gives its queues: config `bench_id`, or made from the bench's path (frappe/utils/__init__.py get_bench_id). */
  benchId: string
  apps: AppFacts[]
  sites: SiteFacts[]
  links: LinkFacts[]
  leftovers: LeftoverFacts[]
  commonConfig: JsonFile
  currentSite: { path: string; text: string } | null
  ports: PortFacts[]
  processManager: ProcessManagerFacts
  /** What answers web requests now: gunicorn, the development server (`bench serve`, also under `bench start`), or nothing that was seen. */
  servedBy: 'gunicorn' | 'bench-serve' | 'none'
  redis: RedisFacts[]
  nginx: NginxFacts | null
  certificates: CertificateFacts[]
  hostsEntries: HostsEntry[]
  crontab: CrontabLine[]
  findings: Finding[]
}
