import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { MigratorError } from '../errors.ts'
import type { Completed } from '../host.ts'
import { findUnfinished, status, systemCode, unfinishedOf, writeTarget } from './files.ts'
import { askPrivileged, hasPrivilegedChannel } from './privileged-channel.ts'
import { run } from './run.ts'

function refuseUnless(done: Completed, what: string): void {
  if (done.exitCode === 0) return
  throw new MigratorError({
    code: 'privilege-missing',
    kind: 'refused',
    message: `${what} needs root, and sudo did not allow it.`,
    evidence: done.stderr.trim().slice(0, 400),
    hint: 'Run the command as root (it continues as the owner of the bench), or allow these commands in sudoers.',
    failureClass: 'permission',
  })
}

/** The same promise as writeFileAtomic through fixed argument vectors: write beside, keep owner and mode, rename, sync. */
export async function writeFilePrivileged(path: string, content: Buffer | string, mode?: number): Promise<void> {
  const target = await writeTarget(path)
  if (hasPrivilegedChannel()) {
    const content64 = Buffer.from(content).toString('base64')
    const done = await askPrivileged({ kind: 'write', path: target, content: content64, mode: mode ?? null })
    refuseUnless(done, `Writing ${target}`)
    return
  }
  const existing = await status(target)
  const temporary = unfinishedOf(target)
  const what = `Writing ${target}`
  const steps: [string, ...string[]][] = [
    ['chmod', (mode ?? existing?.mode ?? 0o644).toString(8), temporary],
    ...(existing ? ([['chown', `${existing.userId}:${existing.groupId}`, temporary]] as [string, ...string[]][]) : []),
    ['sync', temporary],
    ['mv', '-f', temporary, target],
    ['sync', dirname(target)],
  ]
  refuseUnless(await run({ argv: ['tee', temporary], input: content, privileged: true }), what)
  for (const argv of steps) refuseUnless(await run({ argv, privileged: true }), what)
}

export async function removePrivileged(path: string): Promise<void> {
  if (hasPrivilegedChannel()) {
    refuseUnless(await askPrivileged({ kind: 'remove', path }), `Removing ${path}`)
    return
  }
  refuseUnless(await run({ argv: ['rm', '-f', '--', path], privileged: true }), `Removing ${path}`)
}

type Reading = { kind: 'list' | 'read' | 'certificates'; path: string }

/** sed prints the certificates alone: keys stay where they are. */
const READING: Record<Reading['kind'], (path: string) => [string, ...string[]]> = {
  list: (path) => ['ls', '-1A', '--', path],
  read: (path) => ['base64', '--', path],
  certificates: (path) => ['sed', '-n', '/-----BEGIN CERTIFICATE-----/,/-----END CERTIFICATE-----/p', '--', path],
}

/** What `attempt` may not read is read by root where we have its rights; otherwise its own failure stays. */
export async function readAnyway(reading: Reading, attempt: () => Promise<string>): Promise<string> {
  try {
    return await attempt()
  } catch (error) {
    if (systemCode(error) !== 'EACCES') throw error
    const done = hasPrivilegedChannel() ? await askPrivileged(reading) : await readBySudo(reading)
    if (done.exitCode === 0) return done.stdout
    throw /ENOENT|No such file/.test(done.stderr) ? missing(reading.path) : error
  }
}

let sudo: Promise<boolean> | null = null

/** Asked for once: a refused sudo is written into the machine's log each time. */
async function readBySudo({ kind, path }: Reading): Promise<Completed> {
  sudo ??= run({ argv: ['sudo', '-n', 'true'], timeoutMilliseconds: 5000 }).then(({ exitCode }) => exitCode === 0)
  if (await sudo) return run({ argv: READING[kind](path), privileged: true })
  return { exitCode: 126, signal: null, stdout: '', stderr: 'sudo asks for a password', timedOut: false }
}

const missing = (path: string) =>
  Object.assign(new Error(`ENOENT: no such file or directory, '${path}'`), { code: 'ENOENT' })

/** See Host.settleUnfinished. */
export async function settleUnfinishedPrivileged(path: string): Promise<void> {
  const { target, partial, whole } = await findUnfinished(path)
  if (whole !== null) await writeFilePrivileged(target, await readFile(whole))
  if (partial !== null) await removePrivileged(partial)
}
