import type { Command, Completed } from '../host.ts'
import { inPlaceOf, systemCode, unfinishedOf } from '../local/files.ts'
import { READING, type Reading, refuseUnless, writeBySudo } from '../local/privileged.ts'
import { mountPointsOf } from '../mount-points.ts'
import type { Actor } from './actor.ts'
import type { ActorShell } from './actor-shell.ts'
import { readWholeFile, resolvePath, status } from './file-reads.ts'
import { type RunScript, remove, settleUnfinished, writeFile } from './file-writes.ts'
import { systemError } from './system-errors.ts'

/** What needs root's rights over there: root's own shell where root logs in, else sudo with fixed argument vectors. */
export interface Privileged {
  kind(): Promise<'root' | 'sudo' | 'none'>
  /** What `attempt` may not read is read by root where there are its rights; otherwise its own failure stays. */
  readAnyway(reading: Reading, attempt: () => Promise<string>): Promise<string>
  writeFile(path: string, content: Buffer, mode: number | undefined): Promise<void>
  settleUnfinished(path: string): Promise<void>
  remove(path: string): Promise<void>
}

export function privileged(
  login: { actor: Actor; shell: ActorShell; runScript: RunScript },
  run: (command: Command) => Promise<Completed>,
): Privileged {
  const isRoot = login.actor.userId === 0
  let asked: Promise<'root' | 'sudo' | 'none'> | null = null
  /** Asked for once: a refused sudo is written into the machine's log each time. */
  const kind = () => {
    asked ??= isRoot
      ? Promise.resolve('root' as const)
      : login.shell.ask('sudo -n true').then(({ code }) => (code === 0 ? 'sudo' : 'none'))
    return asked
  }
  const bySudo = async (path: string, content: Buffer, mode: number | undefined) => {
    const target = await resolvePath(login.shell, path).catch(() => path)
    const mounts = mountPointsOf((await readWholeFile(login.shell, '/proc/self/mountinfo')).toString())
    const existing = await status(login.shell, target)
    await writeBySudo(run, target, content, { existing, mode, inPlace: mounts.has(target) })
  }
  const removeBySudo = async (path: string) =>
    refuseUnless(await run({ argv: ['rm', '-f', '--', path], privileged: true }), `Removing ${path}`)
  return {
    kind,
    readAnyway: async (reading, attempt) => {
      try {
        return await attempt()
      } catch (error) {
        if (systemCode(error) !== 'EACCES' || (await kind()) === 'none') throw error
        const done = await run({ argv: READING[reading.kind](reading.path), privileged: true })
        if (done.exitCode === 0) return done.stdout
        const said = systemError(`open '${reading.path}'`, done.stderr)
        throw systemCode(said) === 'ENOENT' ? said : error
      }
    },
    writeFile: (path, content, mode) =>
      isRoot ? writeFile(login.runScript, path, content, mode) : bySudo(path, content, mode),
    settleUnfinished: async (path) => {
      if (isRoot) return settleUnfinished(login.shell, path)
      const target = await resolvePath(login.shell, path).catch(() => path)
      const [partial, whole] = [unfinishedOf(target), inPlaceOf(target)]
      if ((await status(login.shell, whole)) !== null) {
        await bySudo(target, await readWholeFile(login.shell, whole), undefined)
        await removeBySudo(whole)
      }
      if ((await status(login.shell, partial)) !== null) await removeBySudo(partial)
    },
    remove: async (path) => {
      if (isRoot) await remove(login.shell, path, false)
      else await removeBySudo(path)
    },
  }
}
