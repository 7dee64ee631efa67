import { join } from 'node:path'
import { sha256Of } from '../host/value-digest.ts'
import type { Check } from './check.ts'
import { opensWith } from './fernet.ts'

/** The same encrypted secrets (`__Auth`, encrypted = 1) must open with the site's key after the change as before it. */
export const authDecryption: Check = {
  id: 'auth-decryption',
  title: 'Stored secrets open with the encryption key',
  run: async (context) => {
    const config = JSON.parse((await context.host.readFile(join(context.siteDirectory, 'site_config.json'))).toString())
    const key: unknown = config.encryption_key
    const database = await context.database()
    const rows = await database.read('SELECT doctype, name, fieldname, password FROM `__Auth` WHERE encrypted = 1')
    const names = rows.map((row) => ({
      name: `${row['doctype']} / ${row['name']} / ${row['fieldname']}`,
      opens: typeof key === 'string' && typeof row['password'] === 'string' && opensWith(row['password'], key),
    }))
    const opening = names.filter((row) => row.opens).map((row) => row.name)
    const fingerprint = sha256Of(opening.sort().join('\n')).slice(0, 16)
    const evidence = `${opening.length} of ${names.length} encrypted secrets open; set ${fingerprint}`
    const before = context.baseline('auth-decryption')
    if (before && before.evidence !== evidence) {
      return {
        status: 'failed',
        critical: true,
        evidence: `${evidence}; before: ${before.evidence}`,
        remedy: 'The encryption_key of site_config.json changed: put the old one back.',
      }
    }
    const lost = names.length - opening.length
    if (lost === 0) return { status: 'passed', critical: true, evidence }
    return {
      status: 'warning',
      critical: false,
      evidence,
      remedy: 'Secrets that do not open were lost before this run: enter them again in the site.',
    }
  },
}
