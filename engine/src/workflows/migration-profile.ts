import { resolve } from 'node:path'
import { z } from 'zod'
import { MigratorError } from '../host/errors.ts'
import { parseJsonObject } from '../host/parse-json.ts'

const Place = z.strictObject({
  domain: z.string().describe('Name of the site: erp.example.com').exactOptional(),
  server_ip: z.string().describe('Address of the server; only this machine is supported in a rename').exactOptional(),
  bench_path: z.string().describe('Absolute path of the bench').exactOptional(),
})

/** The `migration_profile` file of `--profile`: what to move, without any secret. */
export const MigrationProfile = z.strictObject({
  source: Place.extend({
    bench_version: z.string().describe('Version of bench at the source').exactOptional(),
  }).exactOptional(),
  target: Place.exactOptional(),
  database: z
    .strictObject({
      backup_file: z.string().describe('A backup to restore from').exactOptional(),
      restore_method: z.enum(['bench_restore', 'manual']).exactOptional(),
    })
    .exactOptional(),
  services: z
    .strictObject({
      redis: z.enum(['local', 'docker', 'external']).exactOptional(),
      proxy: z.enum(['nginx', 'traefik', 'caddy']).exactOptional(),
      ssl: z.enum(['letsencrypt', 'self-signed', 'none']).exactOptional(),
    })
    .exactOptional(),
})
export type MigrationProfile = z.infer<typeof MigrationProfile>

const SECRET_KEY = /passw|secret|token|api_?key|private_?key|encryption/i
const SECRET_VALUE = /\/\/[^/@\s]+:[^/@\s]+@|-----BEGIN/

function secretsIn(value: unknown, path: string): string[] {
  if (typeof value === 'string') return SECRET_VALUE.test(value) ? [path] : []
  if (value === null || typeof value !== 'object') return []
  return Object.entries(value).flatMap(([key, inner]) => {
    const here = path === '' ? key : `${path}.${key}`
    return SECRET_KEY.test(key) ? [here] : secretsIn(inner, here)
  })
}

const wrong = (path: string, message: string, evidence: string, hint: string): MigratorError =>
  new MigratorError({
    code: 'profile-invalid',
    kind: 'usage',
    message: `${path}: ${message}`,
    evidence,
    untouched: 'Nothing was changed.',
    hint,
  })

/**
 * Reads a profile's text.
 * @throws MigratorError `profile-invalid`: no JSON, unknown keys (each named), wrong values, or a secret in it.
 */
export function parseMigrationProfile(path: string, text: string): MigrationProfile {
  const { value, problem } = parseJsonObject(text)
  if (problem) {
    const { line, column, what } = problem
    const evidence = `${path}:${line}:${column}: ${what}`
    throw wrong(
      path,
      'the profile is not valid JSON.',
      evidence,
      'Correct it; its schema is docs/migration-profile.schema.json.',
    )
  }
  const secrets = secretsIn(value, '')
  if (secrets.length) {
    throw wrong(
      path,
      'a profile must not hold secrets.',
      `found in: ${secrets.join(', ')}`,
      "Take them out; frappe-migrator reads passwords from the site's own configuration.",
    )
  }
  const parsed = MigrationProfile.safeParse(value)
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map((issue) => {
    const at = issue.path.join('.')
    return issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => `unknown key ${at ? `${at}.` : ''}${key}`).join(', ')
      : `${at}: ${issue.message}`
  })
  throw wrong(
    path,
    'the profile does not fit its schema.',
    problems.join('; '),
    'See docs/migration-profile.schema.json.',
  )
}

/**
 * Refuses, by name, what a rename cannot do yet; nothing in a profile is ignored.
 * @throws MigratorError `profile-unsupported`
 */
export function refuseUnsupported(profile: MigrationProfile): void {
  const { source, target, database, services } = profile
  const written = (path: string | undefined) => (path === undefined ? undefined : resolve(path))
  const unsupported = [
    target?.server_ip === undefined || source?.server_ip === undefined || target.server_ip === source.server_ip
      ? null
      : 'target.server_ip: another server (transfer-server comes later)',
    target?.bench_path === undefined ||
    source?.bench_path === undefined ||
    written(target.bench_path) === written(source.bench_path)
      ? null
      : 'target.bench_path: another bench (transfer-server comes later)',
    database?.backup_file === undefined
      ? null
      : 'database.backup_file: a rename makes its own backup (to restore one: restore-site --backup-file)',
    database?.restore_method === undefined
      ? null
      : 'database.restore_method: a rename restores nothing (restore-site has its own way; bench_restore is not supported)',
    services?.proxy === undefined || services.proxy === 'nginx' ? null : `services.proxy: ${services.proxy}`,
    services?.redis === 'docker' ? 'services.redis: docker' : null,
    services?.ssl === 'letsencrypt'
      ? 'services.ssl: letsencrypt (issuing comes later; give --certificate and --certificate-key)'
      : null,
    services?.ssl === 'self-signed'
      ? 'services.ssl: self-signed (issuing comes later; give --certificate and --certificate-key)'
      : null,
  ].filter((item) => item !== null)
  if (unsupported.length === 0) return
  throw new MigratorError({
    code: 'profile-unsupported',
    kind: 'refused',
    message: 'The profile asks for something that a rename does not support yet.',
    evidence: unsupported.join('; '),
    untouched: 'Nothing was changed.',
    hint: 'Take these keys out of the profile.',
  })
}

/** What was found, to be held against what a profile says of it. Paths with their links followed. */
export interface FoundPlace {
  benchPath: string
  /** The profile's `bench_path`; null where nothing is there. */
  profiled: { source: string | null; target: string | null }
  /** Of this machine: its addresses and its name. */
  addresses: string[]
  benchVersion: string | null
  redisUrls: string[]
  tls: boolean
  /** nginx has a block that leads to the site. */
  nginxServes: boolean
}

/**
 * Refuses, by name, what a profile says and is not so: a profile made for another bench is not run on this one.
 * @throws MigratorError `profile-contradicted`
 */
export function refuseContradicted({ source, target, services }: MigrationProfile, found: FoundPlace): void {
  const isLocal = found.redisUrls.every((url) => LOOPBACK_URL.test(url))
  const version = source?.bench_version
  const contradicted = [
    ...(['source', 'target'] as const).flatMap((side) => {
      const { bench_path: path, server_ip: address } = (side === 'source' ? source : target) ?? {}
      return [
        path === undefined || found.profiled[side] === found.benchPath
          ? null
          : `${side}.bench_path: ${path}, but this bench is ${found.benchPath}`,
        address === undefined || LOOPBACK.has(address) || found.addresses.includes(address.toLowerCase())
          ? null
          : `${side}.server_ip: ${address}, but this machine has ${found.addresses.join(', ')} (behind address translation, leave the key out)`,
      ]
    }),
    version === undefined || version === found.benchVersion
      ? null
      : `source.bench_version: ${version}, but ${found.benchVersion === null ? 'the version of bench here is not known' : `this bench is made by bench ${found.benchVersion}`}`,
    services?.proxy === 'nginx' && !found.nginxServes
      ? 'services.proxy: nginx, but no nginx block on this machine leads to the site'
      : null,
    services?.ssl === 'none' && found.tls ? 'services.ssl: none, but the site is served over TLS' : null,
    services?.redis === 'local' && !isLocal
      ? 'services.redis: local, but this bench uses another machine for it'
      : null,
    services?.redis === 'external' && isLocal
      ? 'services.redis: external, but this bench uses this machine for it'
      : null,
  ].filter((item) => item !== null)
  if (contradicted.length === 0) return
  throw new MigratorError({
    code: 'profile-contradicted',
    kind: 'refused',
    message: 'The profile does not describe this bench.',
    evidence: contradicted.join('; '),
    untouched: 'Nothing was changed.',
    hint: 'Correct these keys of the profile, or run it on the bench it was made for.',
  })
}

const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost'])

const LOOPBACK_URL = /^(unix:|(redis:\/\/)?([^@/]*@)?(localhost|127\.[\d.]+|\[::1\])([:/]|$))/
