import type { BenchFacts, LeftoverFacts } from '../bench/bench-facts.ts'
import { belongsToBench, commandLabel } from '../bench/bench-processes.ts'
import type { DamagedRun } from '../execution/all-runs.ts'
import type { JournalLine } from '../execution/journal.ts'
import { emptyPreview, Plan, type PlanStep } from '../execution/plan.ts'
import { vaultStep } from '../execution/retire.ts'
import type { RunDirectory, RunSummary } from '../execution/run-directory.ts'
import type { ProcessFacts } from '../host/host.ts'
import type { Json } from '../host/json.ts'
import { leftByRestore } from './cleanup-restore.ts'
import { plannedStep } from './planned-step.ts'

/** What is left over on a bench, each with what cleanup would do about it. */
export interface Orphan {
  what: string
  why: string
  step: PlanStep | null
}

/** A run whose vault a cleanup removes; without a plan, where that cannot be read. */
export interface Retiring {
  run: RunDirectory
  state: RunSummary['state'] | DamagedRun['state']
  plan: Plan | null
  lines?: JournalLine[]
}

/** Runs whose vault is no longer needed once somebody says so. */
export const retirable = (run: RunSummary): boolean => run.state === 'done' || run.state === 'rolled-back'

/** What somebody is told who gives a run up: where the site is left, and what goes on lying about. */
export function whatStays({ run, lines }: RunSummary, plan: Plan): string[] {
  const touched = new Set(lines.flatMap((line) => (line.type === 'intent' ? [line.step] : [])))
  for (const line of lines) if (line.type === 'reverted') touched.delete(line.step)
  const steps = plan.steps.filter(
    (one) => touched.has(one.id) && (one.phase !== 'backup_current_state' || LIES_ABOUT.has(one.kind)),
  )
  const replaced = touched.has('switch-database') ? (plan.preview.restore?.database.replaces ?? null) : null
  return [
    ...steps.map((one) => `done or begun, and not taken back: ${one.describe}`),
    ...(replaced === null ? [] : [`the database of before, which no cleanup drops then: ${replaced}`]),
    `before-images and the safety backup: ${run.vault}`,
  ]
}

/** What a run makes before it changes anything, and no cleanup finds once it is given up. */
const LIES_ABOUT = new Set(['create-database', 'extract-files', 'make-directory'])

const step = (id: string, kind: string, params: Json): PlanStep => plannedStep(id, 'cleanup', kind, params)

const MOVABLE: ReadonlySet<LeftoverFacts['kind']> = new Set(['without-config', 'dangling-symlink', 'stray-file'])

/** Directories, files and processes of this bench whose site or program is gone. */
export function findOrphans(facts: BenchFacts, processes: ProcessFacts[]): Orphan[] {
  const directories = facts.leftovers.map((entry, index): Orphan => {
    const movable = MOVABLE.has(entry.kind)
    return {
      what: entry.path,
      why: entry.detail,
      step: movable ? step(`set-aside-${index + 1}`, 'set-aside', { path: entry.path }) : null,
    }
  })
  const sites = new Set(facts.sites.map((site) => site.name))
  const ours = ownFamily(processes)
  const lost = processes.filter((process) => !ours.has(process.pid) && belongsToBench(process, [facts.path]))
  return [
    ...directories,
    ...lost.flatMap((process): Orphan[] => {
      const why = whyLost(process, sites)
      const command = commandLabel(process.argv)
      const { pid, startTime, bootId } = process
      return why === null
        ? []
        : [
            {
              what: `process ${pid} (${command})`,
              why,
              step: step(`end-process-${pid}`, 'end-process', { pid, startTime, bootId, command }),
            },
          ]
    }),
  ]
}

/** This process and those it was started from: the shell that somebody types in may stand in a directory that is gone. */
function ownFamily(processes: ProcessFacts[]): Set<number> {
  const parents = new Map(processes.map(({ pid, parent }) => [pid, parent]))
  const family = new Set<number>()
  for (let pid: number | undefined = globalThis.process.pid; pid && !family.has(pid); pid = parents.get(pid))
    family.add(pid)
  return family
}

function whyLost({ argv, directory, lostProgram }: ProcessFacts, sites: Set<string>): string | null {
  if (lostProgram !== null) return `its program ${lostProgram} is gone`
  if (directory?.endsWith(' (deleted)')) return 'the directory it runs in is gone'
  const site = siteOption(argv)
  const one = site !== undefined && site !== 'all' && !site.includes(',')
  return one && !sites.has(site) ? `its site ${site} is gone` : null
}

/** `--site NAME` or `--site=NAME`. */
function siteOption(argv: string[]): string | undefined {
  const at = argv.findIndex((part) => part === '--site' || part.startsWith('--site='))
  const given = argv[at]
  return given === '--site' ? argv[at + 1] : given?.slice('--site='.length)
}

/** Retires runs and clears away what was chosen; the vaults go last, since nothing can be taken back without them. */
export function planCleanup(facts: BenchFacts, runs: Retiring[], orphans: Orphan[]): Plan {
  const redirects = runs.filter((run) => run.state === 'done').flatMap((run) => redirectStep(run, facts))
  const kept = runs.flatMap((run) => leftByRestore(run))
  const vaults = runs.map((run) => step(vaultStep(run.run.id), 'remove-vault', { vault: run.run.vault }))
  const chosen = orphans.flatMap((orphan) => (orphan.step ? [orphan.step] : []))
  const [first] = runs
  return Plan.parse({
    format: 1,
    command: 'cleanup',
    createdAt: new Date().toISOString(),
    benchPath: facts.path,
    site: first?.plan?.site ?? { oldName: '', newName: '', oldDirectory: '', newDirectory: '' },
    request: { runs: runs.map((run) => run.run.id) },
    binding: [],
    steps: [...redirects, ...chosen, ...kept, ...vaults],
    checks: [],
    preview: emptyPreview(),
    findings: [],
  })
}

/** Retires a run over several places: its vault here, and what its benches know of it. */
export function planPlacesCleanup({ run, plan }: RunSummary): Plan {
  const { format, benchPath, site, places } = plan
  return {
    ...{ format, command: 'cleanup', createdAt: new Date().toISOString(), benchPath, site },
    ...(places === undefined ? {} : { places }),
    request: { runs: [run.id] },
    ...{ binding: [], checks: [], findings: [], preview: emptyPreview() },
    steps: [step(vaultStep(run.id), 'remove-vault', { vault: run.vault })],
  }
}

/** The redirect file a run wrote: the one that was not there before. */
function redirectStep({ plan, run }: Retiring, facts: BenchFacts): PlanStep[] {
  const nginx = plan?.steps.find((one) => one.kind === 'proxy-config')?.params as
    | {
        files: { path: string; before: string | null }[]
        mainConfig: string
        privileged: boolean
        request: { redirect: unknown }
      }
    | undefined
  const created = nginx?.request.redirect ? nginx.files.find((file) => file.before === null) : undefined
  const present =
    created && facts.nginx?.files.some((file) => file.realPath === created.path || file.path === created.path)
  if (!nginx || !created || !present) return []
  const { mainConfig, privileged } = nginx
  return [step(`retire-redirect-${run.id}`, 'retire-redirect', { path: created.path, mainConfig, privileged })]
}
