/** Two benches of this machine as the two places of a plan that edits a file of each, twice. */
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { RunEnvironment } from '../../../src/execution/environment.ts'
import { type Attended, withEnvironment } from '../../../src/execution/open-environment.ts'
import { emptyPreview, type Plan, type PlanStep } from '../../../src/execution/plan.ts'
import { listRuns, type RunSummary, readRun } from '../../../src/execution/run-directory.ts'
import { userHome } from '../../../src/execution/run-home.ts'
import { localHost } from '../../../src/host/local/index.ts'
import { createSandboxBench } from '../../../src/sandbox/sandbox-bench.ts'
import { at, plannedCheck, plannedStep } from '../../../src/workflows/planned-step.ts'
import { treeOf } from '../../servers/tree.ts'

const DRIVER = fileURLToPath(new URL('driver.ts', import.meta.url))

export const attended: Attended = {
  interactive: false,
  ask: async () => 'keep' as const,
  stop: new AbortController().signal,
  onEvent: () => undefined,
  onConflict: 'keep',
}

/** Every host is this machine: what is of two places is where things lie and who locks them. */
export const within = <Result>(
  plan: Plan,
  work: (environment: RunEnvironment) => Promise<Result>,
  more: Partial<Attended> = {},
): Promise<Result> =>
  withEnvironment({ plan, own: localHost(), openHost: async () => localHost() }, { ...attended, ...more }, work)

export interface Stage {
  home: string
  source: string
  target: string
  plan: Plan
  /** Both benches, as they are. */
  trees(): string[]
  /** Puts both benches and the runs back. */
  reset(): void
  runs(): Promise<RunSummary[]>
  pointer(bench: string): { unfinished: boolean } | null
  isLocked(bench: string): boolean
  /** A process of its own; null when it died by SIGKILL after that line of its journal. */
  drive(action: 'start' | 'resume' | 'rollback', dieAfterLine?: number): Promise<string | null>
}

/** The runs of this process and of its children are kept below a temporary directory. */
export async function twoBenches(t: { after(tidy: () => void): void }): Promise<Stage> {
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'migrator-places-')))
  t.after(() => rmSync(home, { recursive: true, force: true }))
  process.env['XDG_STATE_HOME'] = join(home, 'state')
  const [source, target] = [join(home, 'source'), join(home, 'target')]
  const siteName = 'shop.example'
  for (const directory of [source, target]) await createSandboxBench({ directory, siteName })
  const plan = planOver(source, target, siteName)
  writeFileSync(join(home, 'plan.json'), JSON.stringify(plan))
  const trees = () =>
    [source, target].flatMap((bench) =>
      treeOf(bench, { without: ['.migrator', 'env', 'apps', `sites/${siteName}/db`] }),
    )
  const configs = [source, target].map((bench) => join(bench, 'sites', siteName, 'site_config.json'))
  const before = configs.map((path) => readFileSync(path))
  const idOf = async () => (await listRuns(userHome())).at(-1) ?? ''
  let id = ''
  return {
    ...{ home, source, target, plan, trees },
    reset: () => {
      for (const bench of [source, target]) {
        rmSync(join(bench, '.migrator'), { recursive: true, force: true })
        rmSync(join(bench, 'sites', 'made'), { force: true })
      }
      for (const [index, path] of configs.entries()) writeFileSync(path, before[index] ?? '')
      rmSync(userHome().path, { recursive: true, force: true })
    },
    runs: async () => {
      id = await idOf()
      return Promise.all((await listRuns(userHome())).map((one) => readRun(userHome(), one)))
    },
    pointer: (bench) => {
      const path = join(bench, '.migrator', 'runs', id, 'elsewhere.json')
      return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : null
    },
    isLocked: (bench) => existsSync(join(bench, '.migrator', 'lock')),
    drive: (action, dieAfterLine = 0) =>
      new Promise((resolve, reject) => {
        const argv = [DRIVER, join(home, 'plan.json'), action, String(dieAfterLine)]
        execFile(process.execPath, argv, (error, stdout, stderr) => {
          if (error?.signal === 'SIGKILL') resolve(null)
          else if (error) reject(new Error(stderr, { cause: error }))
          else resolve(stdout.trim())
        })
      }),
  }
}

function planOver(source: string, target: string, directory: string): Plan {
  const place = (benchPath: string) => ({ server: 'local', benchPath, directory })
  const config = (bench: string) => join(bench, 'sites', directory, 'site_config.json')
  const flag = (id: string, phase: PlanStep['phase'], bench: string, key: string) =>
    plannedStep(id, phase, 'edit-json', {
      path: config(bench),
      edits: [{ keys: [key], value: 1 }],
      purpose: `Set ${key}`,
    })
  const made = (id: string, bench: string) =>
    plannedStep(id, 'update_configurations', 'write-file', {
      path: join(bench, 'sites', 'made'),
      content: `by ${id}`,
      purpose: 'Make a file',
    })
  return {
    format: 1,
    command: 'transfer-server',
    createdAt: '2026-01-01T00:00:00.000Z',
    benchPath: target,
    site: { oldName: directory, newName: directory, oldDirectory: directory, newDirectory: directory, isNew: true },
    places: { source: place(source), target: place(target) },
    request: null,
    binding: [],
    steps: [
      at('source', flag('off', 'stop_services', source, 'maintenance_mode')),
      at('target', made('on-target', target)),
      at('source', made('on-source', source)),
      at('target', flag('on', 'start_services', target, 'moved_here')),
    ],
    checks: (['source', 'target'] as const).map((name) =>
      at(name, plannedCheck('configuration-parses', 'verify_migration')),
    ),
    preview: emptyPreview(),
    findings: [],
  }
}
