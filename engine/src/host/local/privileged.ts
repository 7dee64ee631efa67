import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { MigratorError } from '../errors.ts'
import type { Command, Completed, FileStatus } from '../host.ts'
import { mountPointsOf } from '../mount-points.ts'
import { findUnfinished, inPlaceOf, status, systemCode, unfinishedOf, writeTarget } from './files.ts'
import { askPrivileged, hasPrivilegedChannel } from './privileged-channel.ts'
import { run } from './run.ts'

/** sudo's own words, or those of the parent that acts as root: nobody was allowed to begin. Anything else is a program that failed. */
const isRefusal = ({ exitCode, stderr }: Completed): boolean =>
  (exitCode === 126 && /^root does not /.test(stderr)) || (exitCode === 1 && /^sudo: |^Sorry, user /m.test(stderr))

/** @throws MigratorError `privilege-missing`, `file-not-written` */
export function refuseUnless(done: Completed, what: string): void {
  if (done.exitCode === 0) return
  const evidence = done.stderr.trim().slice(0, 400)
  if (!isRefusal(done)) {
    throw new MigratorError({
      code: 'file-not-written',
      kind: 'failed',
      message: `${what} as root failed.`,
      evidence,
      hint: 'Look at what the system says of the file, its directory and its disk; then try again.',
      failureClass: 'configuration',
    })
  }
  throw new MigratorError({
    code: 'privilege-missing',
    kind: 'refused',
    message: `${what} needs root, and sudo did not allow it.`,
    evidence,
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
  await writeBySudo(run, target, content, { existing: await status(target), mode, inPlace: await isMountPoint(target) })
}

/** The same by `run` alone, on whichever machine that runs. */
export async function writeBySudo(
  run: (command: Command) => Promise<Completed>,
  target: string,
  content: Buffer | string,
  { existing, mode, inPlace }: { existing: FileStatus | null; mode: number | undefined; inPlace: boolean },
): Promise<void> {
  const temporary = unfinishedOf(target)
  const what = `Writing ${target}`
  const steps: [string, ...string[]][] = [
    ['chmod', (mode ?? existing?.mode ?? 0o644).toString(8), temporary],
    ...(existing ? ([['chown', `${existing.userId}:${existing.groupId}`, temporary]] as [string, ...string[]][]) : []),
    ['sync', temporary],
    ...(inPlace ? intoPlace(target) : replacing(target)),
  ]
  refuseUnless(await run({ argv: ['tee', temporary], input: content, privileged: true }), what)
  for (const argv of steps) {
    // Only `tee` reads it; on the way into its place it is written once more.
    refuseUnless(await run({ argv, input: argv[0] === 'tee' ? content : '', privileged: true }), what)
  }
}

const replacing = (target: string): [string, ...string[]][] => [
  ['mv', '-f', unfinishedOf(target), target],
  ['sync', dirname(target)],
]

/** What cannot be replaced is overwritten, with its whole new content beside it until that is done (as files.ts does it). */
const intoPlace = (target: string): [string, ...string[]][] => [
  ['mv', '-f', unfinishedOf(target), inPlaceOf(target)],
  ['sync', dirname(target)],
  ['tee', target],
  ['sync', target],
  ['rm', '-f', '--', inPlaceOf(target)],
  ['sync', dirname(target)],
]

/** A file that is mounted by itself (a container's /etc/hosts). */
const isMountPoint = async (path: string): Promise<boolean> =>
  mountPointsOf(await readFile('/proc/self/mountinfo', 'utf8')).has(path)

export async function removePrivileged(path: string): Promise<void> {
  if (hasPrivilegedChannel()) {
    refuseUnless(await askPrivileged({ kind: 'remove', path }), `Removing ${path}`)
    return
  }
  refuseUnless(await run({ argv: ['rm', '-f', '--', path], privileged: true }), `Removing ${path}`)
}

export type Reading = { kind: 'list' | 'read' | 'certificates'; path: string }

/** sed prints the certificates alone: keys stay where they are. */
export const READING: Record<Reading['kind'], (path: string) => [string, ...string[]]> = {
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
