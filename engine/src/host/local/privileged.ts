import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { MigratorError } from '../errors.ts'
import type { Completed } from '../host.ts'
import { findUnfinished, status, unfinishedOf, writeTarget } from './files.ts'
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

/** See Host.settleUnfinished. */
export async function settleUnfinishedPrivileged(path: string): Promise<void> {
  const { target, partial, whole } = await findUnfinished(path)
  if (whole !== null) await writeFilePrivileged(target, await readFile(whole))
  if (partial !== null) await removePrivileged(partial)
}
