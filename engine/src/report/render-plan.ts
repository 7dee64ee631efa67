import { type Plan, phases } from '../execution/plan.ts'
import { shellWord } from '../host/shell-word.ts'
import { needsRoot, rootActions } from '../workflows/rename-domain/root-actions.ts'
import { bytesText, counted } from './amounts.ts'
import { planCommand } from './plan-command.ts'
import { databaseLines, leftAloneLines, offeredLines } from './plan-database.ts'
import { findingLines } from './render-findings.ts'
import { inBench, shown, shownName } from './shown.ts'
import { highlighted, type Style, section } from './style.ts'
import { asTyped } from './typed-as.ts'

type Preview = Plan['preview']

/** How a plan is shown: folded or whole, and where it was saved. */
export interface PlanView {
  details: boolean
  /** Path of the file that holds it; null: not saved. */
  savedAs: string | null
}

/** The whole plan for a tired person: what will happen and what they have to decide or do, then every detail, then what to type. */
export function renderPlan(plan: Plan, style: Style, view: Partial<PlanView> = {}): string {
  const { details = false, savedAs = null } = view
  const { preview } = plan
  const plain = (lines: string[]) => lines.map((line) => `  ${shownName(line)}`)
  const parts = [
    summary(plan, style),
    section('Findings', findings(plan, details, style), style),
    section('By hand', plain(preview.manual), style),
    section('Offered, but off', offeredLines(preview, style), style),
    section('What runs, in this order', order(plan, style), style),
    section('As root', plain(rootActions(plan)), style),
    section('Files and keys', configuration(plan, style), style),
    section('Services', plain(preview.services), style),
    section('Database', databaseLines(plan, details, style), style),
    section('Left alone', leftAloneLines(preview, details, style), style),
    section('To tell outside, afterwards', outside(preview, style), style),
    ending(plan, style, savedAs),
  ]
  return parts.filter((part) => part !== '').join('\n\n')
}

/** The same rename asked for again: nothing is begun. */
export function renderNothingToDo(plan: Plan, style: Style): string {
  const { oldName, newName } = plan.site
  const parts = [
    style.good(`Nothing to do: the site is ${newName} already, and nothing that is rewritten links to ${oldName}.`),
    section('Offered, but off', offeredLines(plan.preview, style), style),
  ]
  return parts.filter((part) => part !== '').join('\n\n')
}

export const blocking = (plan: Plan) => plan.findings.filter((finding) => finding.severity === 'critical')

function summary(plan: Plan, style: Style): string {
  const { preview, site } = plan
  const values = preview.rewrite.reduce((sum, column) => sum + column.values, 0)
  const [first, ...more] = blocking(plan)
  const moved = site.oldDirectory !== site.newDirectory
  const short = preview.diskBytesNeeded > preview.diskBytesFree
  const disk = `${bytesText(preview.diskBytesNeeded)} needed, ${bytesText(preview.diskBytesFree)} free`
  const actions = rootActions(plan)
  const note = (text: string) => (text === '' ? '' : style.dim(` (${text})`))
  const others = more.length ? `, and ${counted(more.length, 'finding')} more below` : ''
  return [
    style.bold(`Rename ${site.oldName} → ${site.newName}`),
    `  bench      ${plan.benchPath}`,
    `  directory  ${moved ? `sites/${site.oldDirectory} → sites/${site.newDirectory}` : `sites/${site.oldDirectory} stays`}`,
    `  changes    ${counted(preview.configuration.length, 'configuration item')}, ${counted(values, 'database value')} in ${counted(preview.rewrite.length, 'column')}`,
    `  downtime   about ${preview.downtimeSeconds} s${note(preview.downtimeBasis)}`,
    `  disk       ${short ? style.bad(disk) : disk}${note(preview.diskFormula)}`,
    ...(actions.length ? [`  root       ${counted(actions.length, 'action')}, listed below`] : []),
    `  afterwards ${counted(preview.outside.length, 'outside system')} to tell, ${counted(preview.manual.length, 'step')} by hand`,
    `  undo       ${shown('frappe-migrator rollback')}, at any time until cleanup`,
    first ? style.bad(`  BLOCKED    ${shown(first.title)}${others}`) : style.good('  blocked    by nothing'),
  ].join('\n')
}

/** Notes stand in the way of nothing: they are counted. */
export function findings(plan: Plan, details: boolean, style: Style): string[] {
  const told = plan.findings.filter(({ severity }) => details || severity !== 'information')
  const notes = plan.findings.length - told.length
  return [
    ...findingLines(told, style),
    ...(notes ? [style.dim(`  ${counted(notes, 'note')} on the bench (--details, or analyze-site)`)] : []),
  ]
}

const undoNotes = { exact: '', regenerate: ' (undo: made anew)', none: ' (cannot be undone)' }

export function order(plan: Plan, style: Style): string[] {
  return phases.flatMap((phase) => {
    const steps = plan.steps.filter((step) => step.phase === phase)
    const checks = plan.checks.filter((check) => check.phase === phase).length
    if (steps.length === 0 && checks === 0) return []
    return [
      `  ${phase.replaceAll('_', ' ')}${checks ? style.dim(` · ${counted(checks, 'check')}`) : ''}`,
      ...steps.map((step) => {
        const root = needsRoot(plan, step) ? style.warn(' (root)') : ''
        return `    ${shownName(inBench(step.describe, plan.benchPath))}${root}${style.dim(undoNotes[step.undo])}`
      }),
    ]
  })
}

function configuration(plan: Plan, style: Style): string[] {
  const { configuration: changes } = plan.preview
  return [...new Set(changes.map((change) => change.file))].flatMap((file) => [
    `  ${inBench(file, plan.benchPath)}`,
    ...changes.filter((change) => change.file === file).flatMap((change) => configurationLines(change, plan, style)),
  ])
}

/** Longer than this, old and new stand below each other. */
const SHORT = 50

function configurationLines(change: Preview['configuration'][number], plan: Plan, style: Style): string[] {
  const { what, before, after } = change
  const old = before === null ? style.dim('(not set)') : highlighted(shown(before), plan.site.oldName, style.bad)
  const fresh = after === null ? style.dim('(removed)') : highlighted(shown(after), plan.site.newName, style.good)
  const long = [before, after].some((text) => text !== null && (text.length > SHORT || text.trim().includes('\n')))
  if (!long) return [`    ${shownName(what)}: ${old.trim()} → ${fresh.trim()}`]
  const block = (sign: string, text: string) =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => `      ${style.dim(sign)} ${line}`)
  return [`    ${shownName(what)}`, ...block('-', old), ...block('+', fresh)]
}

const outside = (preview: Preview, style: Style): string[] =>
  preview.outside.flatMap((item) => [
    `  ${shown(item.system)}: ${shown(item.action)}`,
    ...(item.because === '' ? [] : [`      ${style.dim(`because ${shown(item.because)}`)}`]),
  ])

export function ending(plan: Plan, style: Style, savedAs: string | null): string {
  const command = planCommand(plan)
  if (blocking(plan).length > 0)
    return `Nothing was changed. Mend what blocks it, then look again:\n  ${style.bold(`${command} --plan`)}`
  const saved = savedAs === null ? null : asTyped(`frappe-migrator ${plan.command} --plan-file ${shellWord(savedAs)}`)
  return `Nothing was changed yet. To run it:\n  ${style.bold(saved ?? command)}`
}
