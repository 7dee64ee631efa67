/** A small but real backup to break: the tables that make a site a site, of the shared data set, in bench's naming. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { type StatementPiece, StatementReader } from '../../../src/backup/dump-statements.ts'
import { headerChecksum } from '../../../src/backup/recognize.ts'
import { sharedData } from '../../servers/site.ts'

export const PREFIX = '20261122_223259-old_cloud'
const KEPT = new Set([
  '__Auth',
  '__global_search',
  'tabDocType',
  'tabSingles',
  'tabDefaultValue',
  'tabInstalled Application',
])

export const shared = { 'site-v15': sharedData('site-v15'), 'site-v14': sharedData('site-v14') }
export const absent = shared['site-v15'] === null ? 'the shared data set site-v15 is absent' : false

/** The dump as text of single bytes (latin1), with these tables alone. */
export function smallDump(site: 'site-v15' | 'site-v14' = 'site-v15'): string {
  const kept: Buffer[] = []
  let skipping = false
  const take = (piece: StatementPiece) => {
    if (piece.kind === 'create-sequence') skipping = true
    if (piece.name !== null) skipping = !KEPT.has(piece.name)
    if (piece.kind === 'comment' && /Table structure|Dump completed/.test(piece.bytes.toString())) skipping = false
    if (piece.kind === 'set' && piece.bytes.includes('SET TIME_ZONE=@OLD')) skipping = false
    if (!skipping) kept.push(piece.bytes)
  }
  const reader = new StatementReader()
  reader.push(gunzipSync(readFileSync(path.join(shared[site] ?? '', 'database.sql.gz'))), take)
  reader.end(take)
  return Buffer.concat(kept).toString('latin1')
}

const made: string[] = []
process.once('exit', () => {
  for (const directory of made) rmSync(directory, { recursive: true, force: true })
})

/** A directory for the files of one bad backup, removed with the process. */
export function newDirectory(): string {
  const directory = mkdtempSync(path.join(tmpdir(), 'migrator-backup-'))
  made.push(directory)
  return directory
}

export interface Parts {
  database: Buffer
  files: Buffer
  privateFiles: Buffer
  config: Buffer
}

export function goodParts(sql: string): Parts {
  const from = (name: string) => readFileSync(path.join(shared['site-v15'] ?? '', name))
  return {
    database: gzipSync(Buffer.from(sql, 'latin1'), { level: 1 }),
    files: from('files.tar'),
    privateFiles: from('private-files.tar'),
    config: from('site_config_backup.json'),
  }
}

/** Writes the parts under bench's names; null leaves one out. */
export function writeParts(parts: { [part in keyof Parts]: Buffer | null }, prefix = PREFIX): string {
  const directory = newDirectory()
  const put = (name: string, content: Buffer | null) => content && writeFileSync(path.join(directory, name), content)
  put(`${prefix}-database.sql.gz`, parts.database)
  put(`${prefix}-files.tar`, parts.files)
  put(`${prefix}-private-files.tar`, parts.privateFiles)
  put(`${prefix}-site_config_backup.json`, parts.config)
  return directory
}

export interface Entry {
  path: string
  /** `0` a file, `1` a hard link, `2` a symbolic link, `3` a device, `5` a directory. */
  flag?: string
  target?: string
  content?: string
  /** What the header declares; the content's length otherwise. */
  bytes?: number
}

/** A tar of entries no tar program would write. */
export function tarOf(entries: Entry[], options: { ended?: boolean } = {}): Buffer {
  const blocks = entries.flatMap(({ path: name, flag = '0', target = '', content = '', bytes }) => {
    const header = Buffer.alloc(512)
    header.write(name, 0, 100)
    header.write('0000644\0', 100)
    header.write(`${(bytes ?? Buffer.byteLength(content)).toString(8).padStart(11, '0')}\0`, 124)
    header.write('00000000000\0', 136)
    header.write(flag, 156)
    header.write(target, 157, 100)
    header.write('ustar\0', 257)
    header.write(`${headerChecksum(header).toString(8).padStart(6, '0')}\0 `, 148)
    const body = Buffer.alloc(Math.ceil(Buffer.byteLength(content) / 512) * 512)
    body.write(content)
    return [header, body]
  })
  return Buffer.concat([...blocks, Buffer.alloc(options.ended === false ? 0 : 1024)])
}

/** Encrypts as Frappe does (`gpg -c`), in a key ring of its own. */
export function encrypted(content: Buffer, passphrase: string): Buffer {
  const home = mkdtempSync(path.join(tmpdir(), 'gpg-'))
  mkdirSync(home, { recursive: true, mode: 0o700 })
  writeFileSync(path.join(home, 'plain'), content)
  const options = [
    '--homedir',
    home,
    '--batch',
    '--quiet',
    '--yes',
    '--s2k-count',
    '65536',
    '--pinentry-mode',
    'loopback',
  ]
  execFileSync('gpg', [
    ...options,
    '--passphrase',
    passphrase,
    '-o',
    path.join(home, 'sealed'),
    '-c',
    path.join(home, 'plain'),
  ])
  const sealed = readFileSync(path.join(home, 'sealed'))
  execFileSync('gpgconf', ['--homedir', home, '--kill', 'gpg-agent'])
  rmSync(home, { recursive: true, force: true })
  return sealed
}
