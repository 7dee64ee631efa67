import { join } from 'node:path'
import { z } from 'zod'
import { MigratorError } from '../host/errors.ts'
import type { Host } from '../host/host.ts'
import { systemCode } from '../host/local/files.ts'
import { localHost } from '../host/local/index.ts'
import { isSameMachine, machineOf } from '../host/machine.ts'
import { shellWord } from '../host/shell-word.ts'
import type { RunEnvironment } from './environment.ts'
import type { RunState } from './journal.ts'
import { Plan } from './plan.ts'
import { benchHome } from './run-home.ts'
import { whatOf } from './run-words.ts'

/** What a bench knows of a run that is kept on another machine, or by another user: `.migrator/runs/<id>/elsewhere.json`. */
export const Elsewhere = z.object({
  format: z.literal(1),
  run: z.string(),
  /** `transfer of shop.example.com`. */
  what: z.string(),
  site: Plan.shape.site,
  /** Whether the run may have left the bench half way. */
  unfinished: z.boolean(),
  /** Where it is kept. */
  machine: z.object({ name: z.string(), id: z.string() }),
  user: z.string(),
  directory: z.string(),
  since: z.string(),
})
export type Elsewhere = z.infer<typeof Elsewhere>

const runsOf = (benchPath: string): string => join(benchHome(benchPath).path, 'runs')
const pointerOf = (benchPath: string, id: string): string => join(runsOf(benchPath), id, 'elsewhere.json')

/** States that leave nothing on a bench which somebody must know of. */
const GONE: ReadonlySet<RunState> = new Set(['rolled-back', 'retired'])

/** Brings the pointers on the run's benches up to the state of its journal. Nothing to do for a run that its bench keeps itself. */
export async function syncPointers(
  environment: Pick<RunEnvironment, 'place'>,
  { id, path }: { id: string; path: string },
  plan: Plan,
  state: RunState,
): Promise<void> {
  if (plan.places === undefined) return
  const here = localHost()
  const pointer: Elsewhere = {
    ...{ format: 1, run: id, what: whatOf(plan), site: plan.site, unfinished: state !== 'done' },
    ...{ machine: await machineOf(here), user: here.userName, directory: path, since: new Date().toISOString() },
  }
  for (const name of ['source', 'target'] as const) {
    const { host, benchPath } = environment.place(name)
    const file = pointerOf(benchPath, id)
    if (GONE.has(state)) await host.remove(join(runsOf(benchPath), id), { recursive: true })
    else {
      await host.makeDirectory(join(runsOf(benchPath), id), 0o700)
      await host.writeFile(file, `${JSON.stringify(pointer)}\n`, { mode: 0o600 })
    }
  }
}

/** The runs of this bench that are kept elsewhere, oldest first. */
export async function readElsewhere(host: Host, benchPath: string): Promise<Elsewhere[]> {
  if ((await host.status(runsOf(benchPath))) === null) return []
  const found: Elsewhere[] = []
  for (const id of await host.list(runsOf(benchPath))) {
    const pointer = await readPointer(host, pointerOf(benchPath, id))
    if (pointer) found.push(pointer)
  }
  return found
}

async function readPointer(host: Host, path: string): Promise<Elsewhere | null> {
  let text: string
  try {
    text = (await host.readFile(path)).toString()
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '')) return null
    throw error
  }
  try {
    return Elsewhere.parse(JSON.parse(text))
  } catch (cause) {
    if (!(cause instanceof SyntaxError || cause instanceof z.ZodError)) throw cause
    throw new MigratorError({
      code: 'pointer-damaged',
      kind: 'attention',
      message: `A run of this bench is kept on another machine, and the note that says where cannot be read: ${path}.`,
      evidence: cause.message.slice(0, 300),
      untouched: 'Nothing was changed.',
      hint: 'Its directory has the name of the run. On the machine that ran it: frappe-migrator rollback --list',
      cause,
    })
  }
}

/** Removes what a bench knows of a run that is kept elsewhere, for good. */
export const forgetElsewhere = (host: Host, benchPath: string, id: string): Promise<void> =>
  host.remove(join(runsOf(benchPath), id), { recursive: true })

/** Whether the run is kept by this user on this machine. */
export async function isHere({ machine, user }: Elsewhere): Promise<boolean> {
  const here = localHost()
  return user === here.userName && isSameMachine(machine, await machineOf(here))
}

/** Where a run is kept, and what is typed there, for people. */
export async function wayTo(pointer: Elsewhere, command: string): Promise<string> {
  const { machine, user, directory } = pointer
  const typed = `${command} --run ${pointer.run}`
  // <state>/frappe-migrator/runs/<id>: with another XDG_STATE_HOME the same user has other runs.
  const state = directory.split('/').slice(0, -3).join('/')
  if (await isHere(pointer)) return `XDG_STATE_HOME=${shellWord(state)} ${typed}`
  return `On ${machine.name}, as ${user}: ${typed}`
}

/** @throws MigratorError `unfinished-run` when a run that is kept elsewhere may have left the bench half way */
export async function refuseUnfinishedElsewhere(host: Host, benchPath: string): Promise<void> {
  const found = (await readElsewhere(host, benchPath)).find(({ unfinished }) => unfinished)
  if (!found) return
  throw new MigratorError({
    code: 'unfinished-run',
    kind: 'refused',
    message: `An earlier run is not finished: ${found.run} (${found.what}). It is kept on ${found.machine.name} by ${found.user}.`,
    evidence: found.directory,
    untouched: 'Nothing was changed.',
    hint: `Finish it. ${await wayTo(found, 'frappe-migrator resume')}. Or take it back: frappe-migrator rollback --run ${found.run}, there. Only when that machine is gone for good, here: frappe-migrator cleanup --run ${found.run} --abandon --bench ${shellWord(benchPath)}`,
  })
}
