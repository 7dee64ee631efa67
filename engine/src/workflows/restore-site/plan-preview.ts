import { creationStatements } from '../../database/mariadb/administration.ts'
import type { RestorePreview } from '../../execution/restore-preview.ts'
import { decideKeys, keySentence, sourceOf } from './config-keys.ts'
import type { RestoreInput } from './input.ts'
import { collationsOf } from './plan-collations.ts'
import { archiveOf, keptFiles } from './plan-steps.ts'

const LARGEST = 5

export function restorePreview(input: RestoreInput): RestorePreview {
  const { backup, database, server, target } = input
  const { dump } = backup.database
  const tables = dump?.tables ?? []
  const account = {
    database,
    user: database,
    hosts: server.hosts,
    characterSet: 'utf8mb4',
    collation: 'utf8mb4_unicode_ci',
  }
  const { host, port, socket } = server.place
  return {
    backup: {
      file: backup.database.content.part.path,
      site: sourceOf(backup),
      taken: takenAt(input),
      frappe: dump?.frappe.version ?? null,
      server: dump?.serverVersion ?? null,
      apps: (dump?.frappe.apps ?? []).map(({ name, version }) => ({ name, version })),
      tables: tables.length,
      rows: tables.reduce((sum, { rows }) => sum + rows, 0),
      bytes: tables.reduce((sum, { dataBytes }) => sum + dataBytes, 0),
      views: dump?.views.length ?? 0,
      triggers: dump?.triggers.length ?? 0,
      sequences: dump?.sequences.length ?? 0,
      routines: dump?.routines.length ?? 0,
      largest: tables
        .toSorted((one, other) => other.dataBytes - one.dataBytes)
        .slice(0, LARGEST)
        .map(({ name, rows, dataBytes }) => ({ table: name, rows, bytes: dataBytes })),
    },
    database: {
      name: database,
      user: database,
      hosts: server.hosts,
      server: `${server.facts?.version ?? 'a server'} at ${socket ?? `${host ?? 'localhost'}:${port ?? 3306}`}`,
      statements: creationStatements(account),
      replaces: target.kind === 'existing' ? target.site.databaseName : null,
    },
    collations: collationsOf(input),
    definers: dump?.definers ?? [],
    leftOut: leftOut(input),
    files: (['public', 'private'] as const).flatMap((side) => {
      const found = archiveOf(input, side)
      if (found?.archive == null) return []
      const { files, fileBytes: bytes } = found.archive
      const kept = target.kind === 'existing' && input.presentFiles[side] ? keptFiles(input, side) : null
      return [{ side, files, bytes, from: kept }]
    }),
    keys: decideKeys(input),
    encryptionKey: keySentence(input),
  }
}

/** `2026-11-22 22:32:59`: of the dump's last line, else of its file name. */
function takenAt({ backup }: RestoreInput): string | null {
  const completed = /(\d{4}-\d\d-\d\d)\s+(\d{1,2}:\d\d:\d\d)/.exec(backup.database.dump?.completed ?? '')
  if (completed) return `${completed[1]} ${completed[2]}`
  const stamp = /^(\d{4})(\d\d)(\d\d)_(\d\d)(\d\d)(\d\d)$/.exec(backup.database.content.part.name?.stamp ?? '')
  return stamp ? `${stamp[1]}-${stamp[2]}-${stamp[3]} ${stamp[4]}:${stamp[5]}:${stamp[6]}` : null
}

function leftOut({ backup, target }: RestoreInput): RestorePreview['leftOut'] {
  const { dump } = backup.database
  const sides = (['public', 'private'] as const).flatMap((side) => {
    const archive = (side === 'public' ? backup.publicFiles : backup.privateFiles)?.archive ?? null
    if (archive === null) {
      const because = target.kind === 'existing' ? 'the backup has none: those of the site stay' : 'the backup has none'
      return [{ what: `${side} files`, because }]
    }
    return archive.refused.map(({ path, reason }) => ({ what: path, because: REFUSED[reason] ?? reason }))
  })
  return [
    ...sides,
    ...(dump?.beyond ?? []).map(({ line, opening }) => ({
      what: `line ${line}: ${opening.slice(0, 60)}`,
      because: 'reaches beyond the database',
    })),
  ]
}

const REFUSED: Record<string, string> = {
  'absolute-path': 'an absolute path',
  'parent-path': 'a path that leads out of the site',
  outside: "not one of the site's files",
  'link-outside': 'a link that leads out of the folder',
  'symbolic-link': 'a symbolic link',
  device: 'no ordinary file',
  'name-not-usable': 'a name that no file can have',
  unsupported: 'of a kind that tar -cf does not write',
}
