import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { keptPath } from '../database/kept-address.ts'
import type { SiteDatabase } from '../database/site-database.ts'
import type { Check, CheckContext } from './check.ts'
import { opensWith } from './fernet.ts'
import { openRestored } from './restored-database.ts'

const Params = z.object({
  /** The steps that made the database and kept the key, while the site does not use them yet; null: as the site has them. */
  before: z.object({ madeBy: z.string(), keyBy: z.string() }).nullable(),
  /** `DocType/name/field` of secrets that may be lost; `all`. */
  accepted: z.array(z.string()),
  /** Of a site that is moved: what did not open at the source is no loss. */
  source: z.literal(true).exactOptional(),
})
type Params = z.infer<typeof Params>

const SHOWN = 10

/**
 * Every secret of the restored database opens with the key the site will have, or was named as lost beforehand. Nothing in a backup
 * tells whether one that does not open was lost before: so all must. Where the source can be asked, those that open there must.
 */
export const restoredSecrets: Check = {
  id: 'restored-secrets',
  title: 'Stored secrets open with the encryption key',
  run: async (context, params) => {
    const wanted = Params.parse(params)
    const { database, key, close } = await opened(context, wanted)
    try {
      const secrets = await readSecrets(database, key)
      const closed = secrets.filter(({ opens }) => !opens).map(({ name }) => name)
      const atSource = wanted.source ? await openingAtSource(context) : null
      const lost = atSource === null ? closed : closed.filter((name) => atSource.has(name))
      const absent = [...(atSource ?? [])].filter((name) => !secrets.some((secret) => secret.name === name))
      if (absent.length > 0 && wanted.before !== null) return notThere(absent)
      return answer(secrets.length, lost, wanted, key === null)
    } finally {
      await close()
    }
  },
}

async function readSecrets(database: SiteDatabase, key: string | null): Promise<{ name: string; opens: boolean }[]> {
  const rows = await database.read('SELECT doctype, name, fieldname, password FROM `__Auth` WHERE encrypted = 1')
  return rows.map((row) => ({
    name: `${row['doctype']}/${row['name']}/${row['fieldname']}`,
    opens: key !== null && typeof row['password'] === 'string' && opensWith(row['password'], key),
  }))
}

async function openingAtSource(context: CheckContext): Promise<Set<string>> {
  const source = context.place('source')
  const key = await keyOf(source.host, await source.siteDirectory())
  const secrets = await readSecrets(await source.database(), key)
  return new Set(secrets.filter(({ opens }) => opens).map(({ name }) => name))
}

interface Opened {
  database: SiteDatabase
  key: string | null
  close(): Promise<void>
}

async function opened(context: CheckContext, { before }: Params): Promise<Opened> {
  if (before === null) {
    const key = await keyOf(context.host, context.siteDirectory)
    return { database: await context.database(), key, close: async () => undefined }
  }
  const { vault } = context
  if (vault === null) throw new Error('the key is in the vault of its run')
  const { key } = z.object({ key: z.string().nullable() }).parse(context.afterOf(before.keyBy))
  const database = await openRestored(context, before.madeBy)
  const text = key === null ? null : await readFile(keptPath(vault, key), 'utf8')
  return { database, key: text, close: () => database.close() }
}

async function keyOf(host: CheckContext['host'], siteDirectory: string): Promise<string | null> {
  const text = await host.readFile(join(siteDirectory, 'site_config.json'))
  return z.object({ encryption_key: z.string().nullable().default(null) }).parse(JSON.parse(text.toString()))
    .encryption_key
}

const list = (names: string[]): string =>
  `${names.slice(0, SHOWN).join(', ')}${names.length > SHOWN ? ` and ${names.length - SHOWN} more` : ''}`

const notThere = (absent: string[]): Awaited<ReturnType<Check['run']>> => ({
  status: 'failed',
  critical: true,
  evidence: `secrets that open at the source are not in the copy: ${list(absent)}`,
  remedy: 'The copy is not whole. Take the run back, and run it again.',
})

function answer(
  secrets: number,
  lost: string[],
  { before, accepted, source }: Params,
  withoutKey: boolean,
): Awaited<ReturnType<Check['run']>> {
  const named = accepted.includes('all') ? lost : lost.filter((name) => accepted.includes(name))
  const refused = lost.filter((name) => !named.includes(name))
  const evidence = `${secrets - lost.length} of ${secrets} encrypted secrets open${withoutKey ? ' (there is no key)' : ''}`
  if (lost.length === 0) return { status: 'passed', critical: true, evidence }
  if (refused.length === 0 || before === null)
    return {
      status: 'warning',
      critical: false,
      evidence: `${evidence}; do not open: ${list(lost)}`,
      remedy: 'Enter these secrets again in the site: passwords of mail accounts, keys of integrations, API secrets.',
    }
  return {
    status: 'failed',
    critical: true,
    evidence: `${evidence}; do not open: ${list(refused)}`,
    remedy: source
      ? 'These open at the source: its key did not come along. Look at encryption_key in the site_config.json of both sides.'
      : "Find the site_config.json with the encryption_key the backup's site had (its site_config_backup.json, an older backup) and name it with --site-config. Or accept their loss: --accept-undecryptable NAME for each, or all.",
  }
}
