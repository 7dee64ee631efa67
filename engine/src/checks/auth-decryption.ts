import { join } from 'node:path'
import { z } from 'zod'
import { sha256Of } from '../host/value-digest.ts'
import type { Check } from './check.ts'
import { opensWith } from './fernet.ts'

/** Secrets that opened, by a digest of what they belong to. */
const Seen = z.object({ opened: z.array(z.string()) })
const EXAMPLES = 3

/**
 * Encrypted secrets (`__Auth`, encrypted = 1) that opened with the site's key before the change open after it. A live site adds
 * and removes some meanwhile: those say nothing.
 */
export const authDecryption: Check = {
  id: 'auth-decryption',
  title: 'Stored secrets open with the encryption key',
  run: async (context) => {
    const config = JSON.parse((await context.host.readFile(join(context.siteDirectory, 'site_config.json'))).toString())
    const key: unknown = config.encryption_key
    const database = await context.database()
    const rows = await database.read('SELECT doctype, name, fieldname, password FROM `__Auth` WHERE encrypted = 1')
    const secrets = rows.map((row) => {
      const name = `${row['doctype']} / ${row['name']} / ${row['fieldname']}`
      const opens = typeof key === 'string' && typeof row['password'] === 'string' && opensWith(row['password'], key)
      return { name, opens, digest: sha256Of(name).slice(0, 16) }
    })
    const opening = secrets.filter(({ opens }) => opens)
    const evidence = `${opening.length} of ${secrets.length} encrypted secrets open`
    const seen = { opened: opening.map(({ digest }) => digest) }
    const before = new Set(Seen.safeParse(context.baseline('auth-decryption')?.seen).data?.opened)
    const lost = secrets.filter(({ opens, digest }) => !opens && before.has(digest))
    if (lost.length) {
      const examples = lost.slice(0, EXAMPLES).map(({ name }) => name)
      return {
        status: 'failed',
        critical: true,
        evidence: `${evidence}; ${lost.length} that opened before do not: ${examples.join(', ')}`,
        remedy: 'The encryption_key of site_config.json changed: put the old one back.',
      }
    }
    if (opening.length === secrets.length) return { status: 'passed', critical: true, evidence, seen }
    return {
      status: 'warning',
      critical: false,
      evidence,
      seen,
      remedy: 'Secrets that do not open were lost before this run: enter them again in the site.',
    }
  },
}
