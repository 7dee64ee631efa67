import { type ChildProcess, spawn } from 'node:child_process'
import { constants, existsSync } from 'node:fs'
import { access, rm } from 'node:fs/promises'
import path from 'node:path'
import type { Readable } from 'node:stream'
import { MigratorError } from '../../host/errors.ts'
import { writeCompressed } from '../compressed-file.ts'
import type { BackupResult, SiteDatabase } from '../site-database.ts'
import type { ReadConnections } from './connections.ts'
import { dumpArguments, optionFile, PASS_OPTIONS_AS_DESCRIPTOR_3 } from './dump-command.ts'
import { type DumpContents, dumpContents } from './dump-parts.ts'
import { type DumpPipe, openDumpPipe } from './dump-pipe.ts'
import { DumpReader } from './dump-reader.ts'

type BackupOptions = Parameters<SiteDatabase['backup']>[1]

/**
 * Dumps the live database into one compressed file (0600, on disk before this returns) and reads it back.
 * @throws MigratorError `dump-program-missing`, `backup-failed`; no file is left behind then.
 */
export async function backupMariadb(
  connections: ReadConnections,
  file: string,
  options: BackupOptions,
): Promise<BackupResult> {
  const program = await findDumpProgram()
  const contents = await connections.withConnection('preparing the backup', dumpContents)
  const pipe = await openDumpPipe(`${file}.pipe`)
  const readBack = new DumpReader()
  const { bytes, sha256 } = await writeCompressed(file, options, {
    produce: (sink) => dumpInto({ program, connections, contents, options, pipe, sink }),
    check: (chunk) => readBack.take(chunk),
  })
  const missing = contents.tables.filter((table) => !readBack.tables.has(table))
  if (!readBack.completed() || missing.length > 0) {
    await rm(file, { force: true })
    throw backupFailed('The backup is not whole.', missing.length > 0 ? `missing: ${missing.join(', ')}` : null)
  }
  return { path: file, bytes, sha256, tables: contents.tables.length, verified: verifiedItems(contents) }
}

function verifiedItems(contents: DumpContents): string[] {
  const unreadable = contents.unreadableRoutines
  return [
    'read back and decompressed to the end',
    'the file holds what was written, byte for byte',
    'completion mark present',
    `CREATE TABLE present for all ${contents.tables.length} tables`,
    ...(unreadable.length > 0
      ? [`not included, because the site's user may not read them: routines ${unreadable.join(', ')}`]
      : []),
  ]
}

interface Dump {
  program: string
  connections: ReadConnections
  contents: DumpContents
  options: BackupOptions
  pipe: DumpPipe
  sink: (block: Buffer) => Promise<void>
}

async function dumpInto({ program, connections, contents, options, pipe, sink }: Dump): Promise<void> {
  const { address } = connections
  const { child, stdin, stderr } = spawnInto(pipe.writingEnd, [
    ...['-c', PASS_OPTIONS_AS_DESCRIPTOR_3, 'migrator-dump'],
    ...[program, ...dumpArguments(address.database, contents)],
  ])
  pipe.closeWritingEnd()
  const end = () => endGroup(child)
  options.signal?.addEventListener('abort', end)
  const complaints = collect(stderr)
  const exited = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve(code))
  })
  // A child that dies early breaks the pipe to it; its exit code and words below say why.
  stdin.on('error', () => undefined)
  try {
    if (child.pid !== undefined) await options.onChild?.(child.pid)
    stdin.end(`${optionFile(address)}\n`)
    for await (const block of pipe.blocks()) await sink(block)
    const code = await exited
    options.signal?.throwIfAborted()
    if (code !== 0) throw backupFailed(`${path.basename(program)} ended with code ${code}.`, await complaints)
  } catch (error) {
    end()
    await exited.catch(() => null)
    throw error
  } finally {
    pipe.close()
    options.signal?.removeEventListener('abort', end)
  }
}

/** A shell whose output goes to a descriptor of ours. */
function spawnInto(descriptor: number, parameters: string[]) {
  const child = spawn('/bin/sh', parameters, { detached: true, stdio: ['pipe', descriptor, 'pipe'] })
  const { stdin, stderr } = child
  if (stdin === null || stderr === null) throw new Error('a child was made without the pipes that were asked for')
  return { child, stdin, stderr }
}

function endGroup(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  process.kill(-child.pid, 'SIGKILL')
}

async function collect(stream: Readable): Promise<string> {
  let text = ''
  for await (const chunk of stream as AsyncIterable<Buffer>) text = (text + chunk.toString('utf8')).slice(-2000)
  return text.trim()
}

/** MariaDB's own name first: newer packages no longer ship the old one. */
async function findDumpProgram(): Promise<string> {
  for (const name of ['mariadb-dump', 'mysqldump']) {
    for (const directory of (process.env['PATH'] ?? '').split(path.delimiter)) {
      const candidate = path.join(directory, name)
      const usable =
        existsSync(candidate) &&
        (await access(candidate, constants.X_OK).then(
          () => true,
          () => false,
        ))
      if (directory !== '' && usable) return candidate
    }
  }
  throw new MigratorError({
    code: 'dump-program-missing',
    kind: 'refused',
    message: 'Neither mariadb-dump nor mysqldump is in the PATH, so no safety backup can be made.',
    untouched: 'Nothing was changed.',
    hint: 'Install the Debian or Ubuntu package mariadb-client.',
    failureClass: 'dependency',
  })
}

function backupFailed(message: string, evidence: string | null): MigratorError {
  return new MigratorError({
    code: 'backup-failed',
    kind: 'failed',
    message,
    ...(evidence === null || evidence === '' ? {} : { evidence }),
    untouched: 'The database was only read; the unfinished file was removed.',
    failureClass: 'unknown',
  })
}
