import { opensWith } from '../fernet.ts'
import { type Found, siteCheck } from './analysis-check.ts'

const EXAMPLES = 3
const MOST = 2000

const finds = {
  'encryption-key-mismatch': 'stored secrets do not open with the site’s encryption_key: it was changed',
  'encryption-key-missing': 'stored secrets are encrypted and the configuration has no encryption_key',
  'encryption-key-invalid': 'encryption_key is no key: it must be 32 bytes in base64',
}
type Id = keyof typeof finds

/** Whether the secrets in `__Auth` open with the site's key; Frappe makes a new key silently when there is none. */
export const encryptionKey = siteCheck({
  id: 'encryption-key',
  title: 'Stored secrets open with the encryption key',
  area: 'keys',
  finds,
  run: async (context, site) => {
    const database = await context.database(site)
    if (database === null) return []
    const rows = await database
      .read(`SELECT doctype, name, fieldname, password FROM \`__Auth\` WHERE encrypted = 1 LIMIT ${MOST}`)
      .catch(() => [])
    const { path, value } = site.config
    const key = value?.['encryption_key']
    const restore = [
      `Put the old key back: the site_config_backup.json beside an older backup in ${site.path}/private/backups has it`,
      'Without it, enter these secrets again in the site.',
    ]
    const finding = (
      id: Id,
      severity: Found['severity'],
      title: string,
      evidence: string,
      cause: string,
    ): Found<Id>[] => [{ id, severity, title, evidence, cause, remedies: restore, subject: site.name }]
    if (rows.length === 0 || value === null) return []
    if (typeof key !== 'string' || key === '') {
      return finding(
        'encryption-key-missing',
        'critical',
        `The configuration of ${site.name} has no encryption_key, and ${rows.length} secrets are encrypted.`,
        `${path}: no "encryption_key"`,
        'The configuration was written anew, or restored without it.',
      )
    }
    if (Buffer.from(key, 'base64url').length !== 32) {
      return finding(
        'encryption-key-invalid',
        'critical',
        `The encryption_key of ${site.name} is no key.`,
        `${path}: "encryption_key" is not 32 bytes in base64`,
        'It was cut off or edited.',
      )
    }
    const lost = rows.filter((row) => typeof row['password'] !== 'string' || !opensWith(row['password'], key))
    if (lost.length === 0) return []
    const examples = lost.slice(0, EXAMPLES).map((row) => `${row['doctype']} / ${row['name']} / ${row['fieldname']}`)
    const all = lost.length === rows.length
    return finding(
      'encryption-key-mismatch',
      all ? 'critical' : 'warning',
      `${lost.length} of ${rows.length} encrypted secrets of ${site.name} do not open with its encryption_key.`,
      `__Auth: ${examples.join(', ')}`,
      all
        ? 'The key was changed, usually by a restore.'
        : 'The key was changed once, and some secrets were entered since.',
    )
  },
})
