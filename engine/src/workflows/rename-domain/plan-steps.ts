import type { BenchFacts } from '../../bench/bench-facts.ts'
import { changeKinds } from '../../changes/registry.ts'
import type { PlanStep } from '../../execution/plan.ts'
import type { Json } from '../../host/json.ts'
import type { RewriteTarget } from '../../rewriting/targets.ts'
import type { RenameNames } from './names.ts'
import type { LinkEdit } from './plan-links.ts'
import type { NginxPlan } from './plan-nginx.ts'
import type { ConfigurationEdit } from './plan-site-config.ts'
import type { TextFileEdits } from './plan-text-files.ts'
import type { RenameRequest } from './request.ts'

export interface StepInput {
  facts: BenchFacts
  names: RenameNames
  request: RenameRequest
  siteConfig: ConfigurationEdit[]
  commonConfig: ConfigurationEdit[]
  textFiles: TextFileEdits[]
  links: LinkEdit[]
  nginx: NginxPlan | null
  targets: RewriteTarget[]
  /** The owner of the bench may not write these itself. */
  privileged: (path: string) => boolean
}

/** Rounds of searching again after the window, as long as the running site goes on writing the old name. */
const RESCAN_ROUNDS = 3

const purposes: Record<TextFileEdits['kind'], string> = {
  currentsite: 'Name the site in currentsite.txt',
  hosts: 'Name the site in the hosts file',
  'system-crontab': 'Name the site in the crontab file',
  'user-crontab': "Name the site in the bench owner's crontab",
}

/** The ordered steps of a rename. What stands first here is undone last. */
export function planSteps(input: StepInput): PlanStep[] {
  return [
    ...backup(input),
    ...stop(input),
    ...configuration(input),
    ...domain(input),
    ...dependencies(input),
    ...start(input),
    ...proof(input),
  ]
}

function step(id: string, phase: PlanStep['phase'], kind: string, params: Json): PlanStep {
  const change = changeKinds.get(kind)
  if (!change) throw new Error(`unknown kind of change: ${kind}`)
  const plain = JSON.parse(JSON.stringify(params))
  return { id, phase, kind, params: plain, describe: change.describe(plain), undo: change.undo }
}

const rewrites = ({ names, targets }: StepInput): boolean => names.hosts.length > 0 && targets.length > 0
const json = (value: unknown): Json => JSON.parse(JSON.stringify(value))
/** A Redis that does not answer now has no workers either; the plan warns of what waits in it. */
const answers = (facts: BenchFacts, purpose: 'cache' | 'queue'): boolean =>
  facts.redis.some((redis) => redis.purpose === purpose && redis.reachable)
const queue = ({ facts, names }: StepInput) => (names.directory && answers(facts, 'queue') ? names.directory : null)
const cached = ({ facts, names }: StepInput): string | null =>
  answers(facts, 'cache') ? names.site.databaseName : null

/** The site's configuration is called otherwise before and after the directory is renamed. */
const configPath = ({ facts, names }: StepInput, when: 'before' | 'after'): string =>
  `${facts.path}/sites/${when === 'after' && names.directory ? names.directory.to : names.site.name}/site_config.json`

function backup(input: StepInput): PlanStep[] {
  const { facts, names, targets } = input
  const configFiles = [names.site.config.path, ...(facts.commonConfig.exists ? [facts.commonConfig.path] : [])]
  return [
    step('safety-backup', 'backup_current_state', 'safety-backup', { configFiles }),
    ...(rewrites(input)
      ? [
          step('capture-rows', 'backup_current_state', 'capture-rows', {
            hosts: json(names.hosts),
            targets: json(targets),
          }),
        ]
      : []),
  ]
}

function stop(input: StepInput): PlanStep[] {
  const phase = 'stop_services'
  const path = configPath(input, 'before')
  const databaseName = cached(input)
  const edits = [
    { keys: ['maintenance_mode'], value: 1 },
    { keys: ['pause_scheduler'], value: 1 },
  ]
  return [
    ...jobs(input, 'wait-for-jobs', phase, 'wait'),
    // Undone after the maintenance: the site does not stay down for it.
    ...(input.request.rebuildSearch ? [search(input, 'before')] : []),
    step('maintenance-on', phase, 'edit-json', {
      path,
      edits,
      purpose: 'Put the site into maintenance and pause its scheduler',
      endedBy: 'maintenance-off',
    }),
    ...(databaseName ? [step('clear-cache-on-rollback', phase, 'clear-cache', { databaseName, when: 'before' })] : []),
    ...(input.request.deep ? [step('digest-before', phase, 'record-digest', { when: 'before' })] : []),
  ]
}

function jobs(input: StepInput, id: string, phase: PlanStep['phase'], part?: 'wait' | 'late'): PlanStep[] {
  const moved = queue(input)
  if (!moved) return []
  const waitSeconds = part === 'late' ? 0 : input.request.waitForJobsSeconds
  const params = { benchId: input.facts.benchId, from: moved.from, to: moved.to, waitSeconds }
  return [step(id, phase, 'move-jobs', part === undefined ? params : { ...params, part })]
}

function search(input: StepInput, when: 'before' | 'after'): PlanStep {
  const { facts, names } = input
  const params = {
    sitesPath: `${facts.path}/sites`,
    site: names.directory?.to ?? names.site.name,
    siteBefore: names.site.name,
    when,
  }
  return step(
    `rebuild-search-${when}`,
    when === 'before' ? 'stop_services' : 'start_services',
    'rebuild-search',
    params,
  )
}

function configuration(input: StepInput): PlanStep[] {
  const phase = 'update_configurations'
  const { siteConfig, commonConfig, facts, names, textFiles } = input
  const edited = (edits: ConfigurationEdit[]) => json(edits.map((entry) => entry.edit))
  const list = (edits: ConfigurationEdit[]) => edits.map((entry) => entry.what).join(', ')
  return [
    ...(siteConfig.length
      ? [
          step('site-config', phase, 'edit-json', {
            path: names.site.config.path,
            edits: edited(siteConfig),
            purpose: `Set ${list(siteConfig)}`,
          }),
        ]
      : []),
    ...(commonConfig.length
      ? [
          step('common-config', phase, 'edit-json', {
            path: facts.commonConfig.path,
            edits: edited(commonConfig),
            purpose: `Set ${list(commonConfig)}`,
          }),
        ]
      : []),
    ...textFiles.map((file, index) => {
      const edits = json(file.edits)
      const purpose = purposes[file.kind]
      const id = `${file.kind}-${index + 1}`
      if (file.kind === 'user-crontab') return step(id, phase, 'user-crontab', { edits, purpose })
      return step(id, phase, 'edit-text', { path: file.path, edits, privileged: input.privileged(file.path), purpose })
    }),
  ]
}

function domain(input: StepInput): PlanStep[] {
  const phase = 'domain_changes'
  const { directory } = input.names
  const sites = `${input.facts.path}/sites`
  return [
    // Before the directory moves: from then until nginx knows, visitors get "does not exist" instead of the maintenance page.
    ...(rewrites(input)
      ? [step('rewrite-rows', phase, 'rewrite-database', { mode: 'captured', captureStep: 'capture-rows' })]
      : []),
    ...jobs(input, 'move-jobs', phase),
    ...(directory
      ? [
          step('move-site-directory', phase, 'move-directory', {
            from: `${sites}/${directory.from}`,
            to: `${sites}/${directory.to}`,
          }),
        ]
      : []),
    ...input.links.map((link, index) => step(`link-${index + 1}`, phase, 'link', { ...link })),
  ]
}

function dependencies(input: StepInput): PlanStep[] {
  const phase = 'resolve_dependencies'
  const { nginx } = input
  const databaseName = cached(input)
  return [
    ...(nginx?.files.length
      ? [
          step('nginx', phase, 'proxy-config', {
            mainConfig: input.facts.nginx?.mainConfig ?? '',
            request: json(nginx.request),
            files: nginx.files,
            privileged: nginx.files.some((file) => input.privileged(file.path)),
          }),
        ]
      : []),
    ...jobs(input, 'move-late-jobs', phase, 'late'),
    ...(queue(input) ? [step('resume-workers', phase, 'resume-workers', {})] : []),
    ...(input.request.deep ? [step('digest-after', phase, 'record-digest', { when: 'after' })] : []),
    ...(databaseName ? [step('clear-cache', phase, 'clear-cache', { databaseName, when: 'after' })] : []),
  ]
}

/** The flags as they were: a key that was absent is absent again. */
export function flagsBefore(names: RenameNames): { key: string; wanted: Json }[] {
  const config = names.site.config.value ?? {}
  return ['maintenance_mode', 'pause_scheduler'].map((key) => ({ key, wanted: json(config[key] ?? null) }))
}

function start(input: StepInput): PlanStep[] {
  const edits = flagsBefore(input.names).map(({ key, wanted }) => ({
    keys: [key],
    ...(wanted === null ? {} : { value: wanted }),
  }))
  const purpose = 'Put the maintenance and scheduler flags back as they were'
  return [
    step('maintenance-off', 'start_services', 'edit-json', {
      path: configPath(input, 'after'),
      edits: json(edits),
      purpose,
      endsMaintenance: true,
    }),
    ...(input.request.rebuildSearch ? [search(input, 'after')] : []),
  ]
}

function proof(input: StepInput): PlanStep[] {
  if (!rewrites(input)) return []
  const params = { mode: 'rescan', rounds: RESCAN_ROUNDS, hosts: json(input.names.hosts), targets: json(input.targets) }
  return [step('rewrite-remainder', 'verify_migration', 'rewrite-database', params)]
}
