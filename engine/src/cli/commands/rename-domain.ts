import { access, constants, readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { openEnvironment } from '../../execution/open-environment.ts'
import { movedFacts, Plan } from '../../execution/plan.ts'
import { refuseUnfinished, startRun } from '../../execution/start-run.ts'
import { MigratorError } from '../../host/errors.ts'
import { writeFileAtomic } from '../../host/local/files.ts'
import { renderPlan } from '../../report/render-plan.ts'
import { terminalStyle } from '../../report/style.ts'
import { blockingFindings } from '../../workflows/rename-domain/plan.ts'
import { prepareRename } from '../../workflows/rename-domain/prepare.ts'
import { RenameRequest } from '../../workflows/rename-domain/request.ts'
import { attend, confirm } from '../attendance.ts'
import { finishRun, progressEvents } from '../finish-run.ts'
import { openSession, type Session } from '../session.ts'
import { type RenameOptions, refuseContradictions, renameRequest } from './rename-request.ts'

/** `rename-domain`: plan, show, confirm, run, report. */
export async function renameDomain(options: RenameOptions): Promise<number> {
  refuseContradictions(options)
  if (options.out !== undefined) await refuseUnwritable(options.out)
  const stored = options.planFile === undefined ? null : await readPlanFile(options.planFile)
  const named = stored ? null : await renameRequest(options)
  const session = await openSession({ ...options, ...benchOf(options, stored, named?.benchPath) })
  await refuseUnfinished(session.benchPath)
  const request = stored?.request ?? named?.request
  if (!request) throw new Error('neither a request nor a plan file')
  const attended = attend(options)
  try {
    const plan = await prepareRename(session.host, session.benchPath, request, {
      signal: attended.stop,
      profile: named?.profile ?? null,
    })
    if (stored) refuseMoved(stored.plan, plan)
    const blocking = blockingFindings(plan)
    if (options.plan) return await showPlan(plan, options, blocking.length > 0)
    if (blocking.length) {
      if (!options.json) process.stderr.write(`${renderPlan(plan, terminalStyle(process.stderr))}\n`)
      const [first] = blocking
      throw new MigratorError({
        code: first?.id ?? 'refused',
        kind: 'refused',
        message: `The rename was not begun: ${blocking.map((finding) => finding.title).join(' ')}`,
        evidence: blocking.map((finding) => finding.evidence).join('; '),
        untouched: 'Nothing was changed.',
        hint: blocking.flatMap((finding) => finding.remedies).join(' '),
      })
    }
    if (attended.interactive && !options.yes) {
      process.stderr.write(`${renderPlan(plan, terminalStyle(process.stderr))}\n`)
      if (!(await confirm(`Rename ${plan.site.oldName} to ${plan.site.newName} now?`))) {
        process.stderr.write('Nothing was changed.\n')
        return 0
      }
    }
    return await runPlan(session, plan, options, attended)
  } finally {
    attended.release()
  }
}

async function runPlan(
  session: Session,
  plan: Plan,
  options: RenameOptions,
  attended: ReturnType<typeof attend>,
): Promise<number> {
  const environment = openEnvironment(session.host, plan, {
    ...attended,
    onEvent: progressEvents(),
    onConflict: 'keep',
  })
  const { run, outcome } = await startRun(environment, plan)
  return finishRun(session.benchPath, run, outcome, { json: options.json === true })
}

async function showPlan(plan: Plan, options: RenameOptions, blocked: boolean): Promise<number> {
  if (options.out !== undefined) await writeFileAtomic(options.out, `${JSON.stringify(plan, null, 1)}\n`, 0o600)
  if (options.json) process.stdout.write(`${JSON.stringify(plan, null, 2)}\n`)
  else process.stdout.write(`${renderPlan(plan, terminalStyle(process.stdout))}\n`)
  if (options.out !== undefined)
    process.stderr.write(`Saved: ${options.out}. Run it with: --plan-file ${options.out}\n`)
  return blocked ? 4 : 2
}

/** Found out before the search through the database, not after it. */
async function refuseUnwritable(path: string): Promise<void> {
  const directory = dirname(resolve(path))
  await access(directory, constants.W_OK).catch((cause: NodeJS.ErrnoException) => {
    throw new MigratorError({
      code: 'out-unwritable',
      kind: 'usage',
      message: `The plan cannot be saved as ${path}.`,
      evidence: `${directory}: ${cause.code}`,
      untouched: 'Nothing was changed.',
      hint: 'Give a file in a directory that you may write to.',
      cause,
    })
  })
}

async function readPlanFile(path: string): Promise<{ plan: Plan; request: RenameRequest }> {
  const wrong = (evidence: string, cause?: unknown) =>
    new MigratorError({
      code: 'plan-file-invalid',
      kind: 'usage',
      message: `${path} is not a plan of frappe-migrator.`,
      evidence,
      untouched: 'Nothing was changed.',
      hint: 'Make one with: frappe-migrator rename-domain --source … --target … --plan --out FILE',
      cause,
    })
  let value: unknown
  try {
    value = JSON.parse(await readFile(path, 'utf8'))
  } catch (cause) {
    throw wrong(cause instanceof Error ? cause.message : String(cause), cause)
  }
  const parsed = Plan.safeParse(value)
  if (!parsed.success)
    throw wrong(
      parsed.error.issues
        .slice(0, 3)
        .map((issue) => `${issue.path.join('.')}: ${issue.message}`)
        .join('; '),
    )
  const plan = parsed.data
  const request = RenameRequest.safeParse(plan.request)
  if (plan.command !== 'rename-domain') throw wrong(`it is a plan of ${plan.command}`)
  if (!request.success) throw wrong(`its request is not whole: ${request.error.issues[0]?.path.join('.')}`)
  return { plan, request: request.data }
}

function refuseMoved(stored: Plan, fresh: Plan): void {
  const moved = movedFacts(stored, fresh)
  if (moved.length === 0) return
  throw new MigratorError({
    code: 'plan-stale',
    kind: 'refused',
    message: `The plan no longer fits: ${moved.length} fact(s) moved since it was made.`,
    evidence: moved
      .slice(0, 8)
      .map((fact) => `${fact.item}: was ${short(fact.stored)}, is ${short(fact.now)}`)
      .join('; '),
    untouched: 'Nothing was changed.',
    hint: 'Make a new plan and look at it again.',
  })
}

const short = (text: string): string => (text.length > 120 ? `${text.slice(0, 117)}…` : text)

function benchOf(
  options: RenameOptions,
  stored: { plan: Plan } | null,
  profiled: string | undefined,
): { bench?: string } {
  const bench = options.bench ?? stored?.plan.benchPath ?? profiled
  return bench === undefined ? {} : { bench }
}
