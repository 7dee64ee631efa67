import { findBackupSet } from '../backup/backup-set.ts'
import { Manifest } from '../backup/manifest.ts'
import { readDump } from '../backup/read-backup.ts'
import type { PlanCheck } from '../execution/plan.ts'
import { MigratorError } from '../host/errors.ts'
import { readGiven } from './given-files.ts'

export interface ComparedOptions {
  manifest?: string
  backupFile?: string
  deep?: boolean
}

/**
 * Questions that compare the site with a manifest or a backup that was named; none when none was.
 * @throws MigratorError `options-contradict`, `manifest-unreadable`, `backup-not-comparable`
 */
export async function comparedChecks(options: ComparedOptions, signal: AbortSignal): Promise<PlanCheck[]> {
  const { manifest, backupFile, deep = false } = options
  if (manifest !== undefined && backupFile !== undefined)
    throw new MigratorError({
      code: 'options-contradict',
      kind: 'usage',
      message: '--manifest and --backup-file both say what the site is compared with.',
      untouched: 'Nothing was asked, and nothing changed.',
      hint: 'Give one of them; ask twice for both.',
    })
  if (manifest !== undefined) return manifestChecks(await readManifest(manifest), deep)
  return backupFile === undefined ? [] : await backupChecks(backupFile, signal)
}

const asked = (id: string, params: PlanCheck['params']): PlanCheck => ({ id, phase: 'verify_migration', params })

function manifestChecks({ takenAt, database, files, keyFingerprint }: Manifest, deep: boolean): PlanCheck[] {
  const source = `the manifest of ${takenAt}`
  const tables = database.tables.map(({ name, rows, checksum }) => ({ name, rows, checksum }))
  return [
    asked('rows-of-backup', { source, tables }),
    ...(deep ? [asked('content-of-manifest', { source, tables })] : []),
    asked('files-of-manifest', { source, files, deep }),
    ...(keyFingerprint === null ? [] : [asked('key-of-manifest', { source, fingerprint: keyFingerprint })]),
  ]
}

async function readManifest(path: string): Promise<Manifest> {
  const text = await readGiven(path, 'The manifest')
  const said = (evidence: string) =>
    new MigratorError({
      code: 'manifest-unreadable',
      kind: 'usage',
      message: `${path} is no manifest of a snapshot.`,
      evidence,
      untouched: 'Nothing was asked, and nothing changed.',
      hint: 'Name the manifest.json beside a snapshot; a backup of bench is named with --backup-file.',
    })
  const json = ((): unknown => {
    try {
      return JSON.parse(text)
    } catch {
      throw said('it is no JSON')
    }
  })()
  const parsed = Manifest.safeParse(json)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw said(`${issue?.path.join('.') || 'the whole'}: ${issue?.message}`)
}

/** A dump is read once, to its end. */
async function backupChecks(backupFile: string, signal: AbortSignal): Promise<PlanCheck[]> {
  const { database } = await findBackupSet({ backupFile })
  const { content, dump } = await readDump(database, { signal })
  const problem = content.damage?.said ?? (dump === null ? `it holds ${content.recognized.content}, no SQL` : null)
  const cut = dump !== null && dump.completed === null ? 'the line that ends a dump is missing: it was cut off' : null
  const other =
    dump !== null && !dump.frappe.isFrappe && dump.frappe.partial === null ? 'it is no dump of a Frappe site' : null
  const why = problem ?? cut ?? other
  if (dump === null || why !== null)
    throw new MigratorError({
      code: 'backup-not-comparable',
      kind: 'usage',
      message: `The site cannot be compared with ${backupFile}.`,
      evidence: why ?? 'no SQL',
      untouched: 'Nothing was asked, and nothing changed.',
      hint: 'Name a whole dump with --backup-file, or leave it away.',
    })
  const tables = dump.tables.filter(({ created }) => created).map(({ name, rows }) => ({ name, rows }))
  return [asked('rows-of-backup', { source: 'the backup', tables })]
}
