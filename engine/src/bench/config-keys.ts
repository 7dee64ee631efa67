import { isObject, type ParsedObject } from '../host/parse-json.ts'
import type { Finding } from './finding.ts'

type Expectation = { expected: string; fits: (value: unknown) => boolean; severity: 'critical' | 'warning' }

const isText = (value: unknown) => typeof value === 'string'
const isNumber = (value: unknown) => typeof value === 'number' || (isText(value) && /^\d+$/.test(String(value)))
const isFlag = (value: unknown) => typeof value === 'boolean' || isNumber(value) || value === null
const isDomain = (value: unknown) => isText(value) || (isObject(value) && isText(value['domain']))

const text = (severity: Expectation['severity']): Expectation => ({ expected: 'text', fits: isText, severity })
const textOrNull: Expectation = { ...text('warning'), expected: 'text', fits: (v) => v === null || isText(v) }
const port: Expectation = { expected: 'a port number', fits: (v) => v === null || isNumber(v), severity: 'warning' }
const flag: Expectation = { expected: '0 or 1', fits: isFlag, severity: 'warning' }

/** Keys whose type Frappe or bench rely on (frappe/config.py get_site_config, bench/config/nginx.py). */
const KNOWN_KEYS: Record<string, Expectation> = {
  host_name: text('critical'),
  hostname: text('critical'),
  db_name: text('critical'),
  db_user: textOrNull,
  db_password: text('critical'),
  db_type: text('critical'),
  db_host: textOrNull,
  db_socket: textOrNull,
  db_port: port,
  domains: {
    expected: 'a list of names, or of objects with "domain"',
    fits: (value) => Array.isArray(value) && value.every(isDomain),
    severity: 'critical',
  },
  wildcard: {
    expected: 'an object with "domain"',
    fits: (value) => isObject(value) && isText(value['domain']),
    severity: 'warning',
  },
  ssl_certificate: textOrNull,
  ssl_certificate_key: textOrNull,
  encryption_key: text('warning'),
  default_site: textOrNull,
  bench_id: text('warning'),
  redis_cache: text('warning'),
  redis_queue: text('warning'),
  redis_socketio: text('warning'),
  webserver_port: port,
  socketio_port: port,
  file_watcher_port: port,
  nginx_port: port,
  http_port: port,
  maintenance_mode: flag,
  pause_scheduler: flag,
  dns_multitenant: flag,
}

const typeName = (value: unknown) =>
  value === null ? 'null' : Array.isArray(value) ? 'a list' : isObject(value) ? 'an object' : `a ${typeof value}`

/** Findings for keys of a configuration that are there but of a type nobody can use. */
export function checkKnownKeys(path: string, parsed: ParsedObject): Finding[] {
  return Object.entries(parsed.value ?? {}).flatMap(([key, value]) => {
    const known = Object.hasOwn(KNOWN_KEYS, key) ? KNOWN_KEYS[key] : undefined
    if (known === undefined || known.fits(value)) return []
    const at = parsed.keys.get(key)
    return [
      {
        id: 'config-wrong-type',
        severity: known.severity,
        title: `"${key}" in ${path} is not ${known.expected}.`,
        evidence: `${path}:${at?.line ?? 1}:${at?.column ?? 1}: "${key}" is ${typeName(value)}`,
        remedies: [`Write ${known.expected} for "${key}".`],
        subject: path,
      },
    ]
  })
}

/** The text under a key, null when it is absent, empty or no text. */
export function textAt(config: Record<string, unknown> | null, key: string): string | null {
  const value = config?.[key]
  return typeof value === 'string' && value !== '' ? value : null
}

/** The whole number under a key, also when it is written as text; else null. */
export function numberAt(config: Record<string, unknown> | null, key: string): number | null {
  const value = config?.[key]
  const number = typeof value === 'number' || (typeof value === 'string' && /^\d+$/.test(value)) ? Number(value) : null
  return number !== null && Number.isInteger(number) ? number : null
}
