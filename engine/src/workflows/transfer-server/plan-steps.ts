import type { AnyChange } from '../../changes/change.ts'
import { changeKinds } from '../../changes/registry.ts'
import type { PlanStep } from '../../execution/plan.ts'
import { at, plannedStep } from '../planned-step.ts'
import { needsMigrate } from './findings-versions.ts'
import type { TransferInput } from './input.ts'
import { decideKeys, keepsQuiet, openedFlags, startingValues } from './site-keys.ts'
import { beside, copyFiles, ID, newDirectory, type Step, targetDirectory } from './steps-beside.ts'

type Kinds = ReadonlyMap<string, Pick<AnyChange, 'describe' | 'undo'>>

/** The ordered steps of a transfer. What stands first here is undone last. */
export function transferSteps(input: TransferInput, kinds: Kinds = changeKinds): PlanStep[] {
  const step: Step = (id, phase, kind, params) => plannedStep(id, phase, kind, params, kinds)
  const { request } = input
  const stops = !request.clone && !request.rehearse
  return [
    ...beside(input, step),
    ...(request.hold && stops
      ? [
          step('hold', 'backup_current_state', 'hold', {
            question: `Stop ${input.source.site.name} at the source now, and go on to the target?`,
          }),
        ]
      : []),
    ...(stops ? stopSource(input, step) : []),
    ...catchUp(input, step),
    ...standAtTarget(input, step),
    ...(request.rehearse ? [] : open(input, step)),
  ]
}

/** The source stops: from here on its visitors wait. */
function stopSource(input: TransferInput, step: Step): PlanStep[] {
  const phase = 'stop_services'
  const { source, request } = input
  const { facts, site } = source
  return [
    ...(facts.redis.some((redis) => redis.purpose === 'queue' && redis.reachable)
      ? [
          step('wait-for-jobs', phase, 'move-jobs', {
            benchId: facts.benchId,
            from: site.name,
            to: site.name,
            waitSeconds: request.waitForJobsSeconds,
            part: 'wait',
          }),
        ]
      : []),
    step(ID.maintenance, phase, 'edit-json', {
      path: site.config.path,
      edits: [
        { keys: ['maintenance_mode'], value: 1 },
        { keys: ['pause_scheduler'], value: 1 },
      ],
      purpose: 'Put the source into maintenance and pause its scheduler',
    }),
    step(ID.fence, phase, 'write-fence', {
      account: ID.account,
      ...source.account,
      database: site.databaseName,
      weak: isWeakFence(input),
    }),
  ].map((planned) => at('source', planned))
}

/** Nobody who may take write rights away was named, and the user said that this will do. */
export const isWeakFence = ({ request, source }: TransferInput): boolean =>
  request.acceptWeakFence && (source.missingRights === null || source.missingRights.length > 0)

/** Of a source that is not stopped, something is always left: what comes after this moment does not go along. */
function catchUp(input: TransferInput, step: Step): PlanStep[] {
  const phase = 'update_configurations'
  const stands = !input.request.clone && !input.request.rehearse
  return [
    at(
      'target',
      step(ID.last, phase, 'copy-changes', {
        capturedBy: ID.capture,
        madeBy: ID.database,
        account: ID.account,
        pass: stands ? 'last' : 'live',
      }),
    ),
    at('source', step('remove-capture', phase, 'remove-capture', { capturedBy: ID.capture })),
    ...copyFiles(input, step, 'last'),
  ]
}

/** The directory gets its name, and the configuration, written last, makes it a site: one that is off. */
function standAtTarget(input: TransferInput, step: Step): PlanStep[] {
  const phase = 'update_configurations'
  const directory = targetDirectory(input)
  const carried = decideKeys(input).filter(({ what }) => what === 'carried')
  return [
    step('name-site-directory', phase, 'move-directory', { from: newDirectory(input), to: directory }),
    step('write-site-config', phase, 'make-site-config', {
      path: `${directory}/site_config.json`,
      madeBy: ID.database,
      keptBy: ID.key,
      place: { ...placeKeys(input), ...startingValues(input) },
      carried: carried.map(({ key }) => key),
      moved: true,
    }),
    ...(keepsQuiet(input) ? [step('quarantine', phase, 'quarantine', {})] : []),
    ...(needsMigrate(input).length > 0
      ? [
          step(ID.migrate, 'resolve_dependencies', 'run-bench-command', {
            words: ['--site', input.name, 'migrate'],
            purpose: `Bring the database of ${input.name} up to the code at the target`,
          }),
        ]
      : []),
  ].map((planned) => at('target', planned))
}

/** Where the database is, as far as the bench does not say so already and Frappe does not take it for granted (frappe/config.py). */
function placeKeys({ target }: TransferInput): Record<string, unknown> {
  const common = target.facts.commonConfig.value ?? {}
  const { host, port, socket } = target.database.place
  const isDefault = (key: string, value: unknown): boolean =>
    !(key in common) && ((key === 'db_host' && value === '127.0.0.1') || (key === 'db_port' && value === 3306))
  return Object.fromEntries(
    Object.entries({ db_host: host, db_port: port, db_socket: socket }).filter(
      ([key, value]) => value !== null && common[key] !== value && !isDefault(key, value),
    ),
  )
}

function open(input: TransferInput, step: Step): PlanStep[] {
  const phase = 'start_services'
  const path = `${targetDirectory(input)}/site_config.json`
  const edits = openedFlags(input).map(({ key, wanted }) => ({
    keys: [key],
    ...(wanted === null ? {} : { value: wanted }),
  }))
  const { serve, forward } = input.visitors
  return [
    ...(serve === null ? [] : [at('target', step('serve-site', phase, 'serve-site', serve))]),
    at(
      'target',
      step(ID.open, phase, 'edit-json', {
        path,
        edits,
        purpose: keepsQuiet(input) ? 'Open the site, quiet as a copy has to be' : 'Open the site at the target',
        endsMaintenance: true,
      }),
    ),
    ...(forward === null ? [] : [at('source', step('forward-site', phase, 'forward-site', forward))]),
  ]
}
