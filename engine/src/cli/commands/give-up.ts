import { abandonRun } from '../../execution/abandon.ts'
import type { DamagedRun } from '../../execution/all-runs.ts'
import type { RunSummary } from '../../execution/run-directory.ts'
import { MigratorError } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'
import { renderError } from '../../report/error.ts'
import { terminalStyle } from '../../report/style.ts'
import { whatStays } from '../../workflows/cleanup.ts'
import { attend, confirm } from '../attendance.ts'
import { progressEvents } from '../finish-run.ts'
import { openHostWith, type ServerOptions } from '../open-host.ts'
import type { AttendedOptions } from '../options.ts'
import { nothingDone, printJson } from '../print-json.ts'
import { type BenchRuns, isOf, knownRuns } from '../runs-of-site.ts'
import type { RunsSession } from '../session.ts'
import { forgetPointer } from './forget-pointer.ts'

/** `cleanup --run ID --abandon`: a run that can be neither finished nor taken back stands in nobody's way any more. */
export async function giveUp(
  session: RunsSession,
  options: AttendedOptions & ServerOptions & { run?: string },
): Promise<number> {
  const known = await knownRuns(session)
  const pointer = known.elsewhere.find(({ run }) => run === options.run)
  if (pointer) return forgetPointer(session, pointer, options)
  const found = abandonable(known, options)
  const { id } = found.run
  const stays =
    found.state === 'damaged'
      ? ['what it changed: its record cannot be read', `before-images and the safety backup: ${found.run.vault}`]
      : whatStays(found, found.plan)
  const attended = attend(options)
  try {
    process.stderr.write(
      `Giving up run ${id} (${found.state}). What stays:\n${stays.map((line) => `  ${line}\n`).join('')}`,
    )
    const agreed =
      options.yes ||
      (attended.interactive && (await confirm('Give it up? It can neither be finished nor taken back afterwards.')))
    if (!agreed) {
      process.stderr.write(`Nothing was changed.${attended.interactive ? '' : ' Add --yes to give it up.'}\n`)
      if (options.json) printJson(nothingDone(id))
      return 0
    }
    await abandonWherePossible(session, found, options)
    if (options.json) printJson({ run: id, state: 'retired', stays })
    process.stderr.write(
      `Given up. When its backup is of no use any more: frappe-migrator cleanup --run ${id}\nLook at what stands now: frappe-migrator analyze-site\n`,
    )
    return 0
  } finally {
    attended.release()
  }
}

/** Its benches are told where they can be reached; of a server that is gone, how to do it there is said. */
async function abandonWherePossible(
  { host, benchPath }: RunsSession,
  found: RunSummary | DamagedRun,
  options: ServerOptions,
): Promise<void> {
  const onEvent = progressEvents()
  if (found.run.home.kind === 'bench') {
    return abandonRun(onEvent, benchPath === null ? [] : [{ host, benchPath }], found)
  }
  const benches: { host: Host; benchPath: string }[] = []
  try {
    for (const place of Object.values(found.plan?.places ?? {})) {
      try {
        benches.push({ host: await openHostWith(options)(place), benchPath: place.benchPath })
      } catch (error) {
        process.stderr.write(`${renderError(error, terminalStyle(process.stderr))}\n`)
        process.stderr.write(
          `The bench ${place.benchPath} of ${place.server} was not told. When it can be used again, there: frappe-migrator cleanup --run ${found.run.id} --abandon\n`,
        )
      }
    }
    await abandonRun(onEvent, benches, found)
  } finally {
    for (const bench of benches) await bench.host.close()
  }
}

function abandonable(
  { all, damaged }: Pick<BenchRuns, 'all' | 'damaged'>,
  wanted: { run?: string; site?: string },
): RunSummary | DamagedRun {
  const id = wanted.run
  const found = [...all, ...damaged].find((run) => run.run.id === id)
  const state = found?.state === 'damaged' ? (found.lastState ?? 'running') : found?.state
  if (found?.plan && wanted.site !== undefined && !isOf(found.plan, wanted.site)) throw ofAnotherSite(id, wanted.site)
  if (found && state !== 'retired' && state !== 'rolled-back') return found
  throw new MigratorError({
    code: found ? 'run-not-abandonable' : id === undefined ? 'run-missing' : 'run-not-found',
    kind: 'usage',
    message: found
      ? `Run ${id} is ${state}: it stands in nobody's way.`
      : id === undefined
        ? 'Which run shall be given up?'
        : `There is no run ${id} on this bench.`,
    untouched: 'Nothing was changed.',
    hint: 'Name it with --run; list the runs with: frappe-migrator rollback --list',
  })
}

const ofAnotherSite = (id: string | undefined, site: string): MigratorError =>
  new MigratorError({
    code: 'no-run-of-site',
    kind: 'usage',
    message: `Run ${id} is not one of site ${site}.`,
    untouched: 'Nothing was changed.',
    hint: 'Leave --site away, or name a run of that site; list the runs with: frappe-migrator rollback --list',
  })
