import { type Plan, phases } from '../execution/plan.ts'
import { bytesText, counted } from './amounts.ts'
import { renameCommand } from './rename-command.ts'
import { findingLines } from './render-findings.ts'
import { inBench, shown } from './shown.ts'
import { highlighted, type Style, section } from './style.ts'

type Preview = Plan['preview']

const SAMPLES = 2

/** The whole plan for a tired person: what will happen and whether anything blocks it, then every detail, then what to type. */
export function renderPlan(plan: Plan, style: Style): string {
  const { preview } = plan
  const plain = (lines: string[]) => lines.map((line) => `  ${shown(line)}`)
  const parts = [
    summary(plan, style),
    section('What runs, in this order', order(plan, style), style),
    section('Files and keys', configuration(plan, style), style),
    section('Services', plain(preview.services), style),
    section('Database', database(plan, style), style),
    section('Offered, but off', offered(preview, style), style),
    section('Left alone', skipped(preview, style), style),
    section('To tell outside, afterwards', outside(preview, style), style),
    section('By hand', plain(preview.manual), style),
    section('Findings', findingLines(plan.findings, style), style),
    ending(plan, style),
  ]
  return parts.filter((part) => part !== '').join('\n\n')
}

const blocking = (plan: Plan) => plan.findings.filter((finding) => finding.severity === 'critical')

function summary(plan: Plan, style: Style): string {
  const { preview, site } = plan
  const values = preview.rewrite.reduce((sum, column) => sum + column.values, 0)
  const [first, ...more] = blocking(plan)
  const moved = site.oldDirectory !== site.newDirectory
  const short = preview.diskBytesNeeded > preview.diskBytesFree
  const disk = `${bytesText(preview.diskBytesNeeded)} needed, ${bytesText(preview.diskBytesFree)} free`
  const note = (text: string) => (text === '' ? '' : style.dim(` (${text})`))
  const others = more.length ? `, and ${counted(more.length, 'finding')} more below` : ''
  return [
    style.bold(`Rename ${site.oldName} → ${site.newName}`),
    `  bench      ${plan.benchPath}`,
    `  directory  ${moved ? `sites/${site.oldDirectory} → sites/${site.newDirectory}` : `sites/${site.oldDirectory} stays`}`,
    `  changes    ${counted(preview.configuration.length, 'configuration item')}, ${counted(values, 'database value')} in ${counted(preview.rewrite.length, 'column')}`,
    `  downtime   about ${preview.downtimeSeconds} s${note(preview.downtimeBasis)}`,
    `  disk       ${short ? style.bad(disk) : disk}${note(preview.diskFormula)}`,
    `  afterwards ${counted(preview.outside.length, 'outside system')} to tell, ${counted(preview.manual.length, 'step')} by hand`,
    `  undo       ${shown('frappe-migrator rollback')}, at any time until cleanup`,
    first ? style.bad(`  BLOCKED    ${shown(first.title)}${others}`) : style.good('  blocked    by nothing'),
  ].join('\n')
}

const undoNotes = { exact: '', regenerate: ' (undo: made anew)', none: ' (cannot be undone)' }

function order(plan: Plan, style: Style): string[] {
  return phases.flatMap((phase) => {
    const steps = plan.steps.filter((step) => step.phase === phase)
    const checks = plan.checks.filter((check) => check.phase === phase).length
    if (steps.length === 0 && checks === 0) return []
    return [
      `  ${phase.replaceAll('_', ' ')}${checks ? style.dim(` · ${counted(checks, 'check')}`) : ''}`,
      ...steps.map((step) => `    ${shown(inBench(step.describe, plan.benchPath))}${style.dim(undoNotes[step.undo])}`),
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
  if (!long) return [`    ${shown(what)}: ${old.trim()} → ${fresh.trim()}`]
  const block = (sign: string, text: string) =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => `      ${style.dim(sign)} ${line}`)
  return [`    ${shown(what)}`, ...block('-', old), ...block('+', fresh)]
}

function database(plan: Plan, style: Style): string[] {
  const { oldName, newName } = plan.site
  return plan.preview.rewrite.flatMap((column) => [
    `  ${column.field ?? `${column.table}.${column.column}`}: ${counted(column.values, 'value')}${column.code ? style.warn(' · code, look at it') : ''}`,
    ...column.samples
      .slice(0, SAMPLES)
      .flatMap((sample) => [
        `      ${style.dim('-')} ${highlighted(shown(sample.before), oldName, style.bad)}`,
        `      ${style.dim('+')} ${highlighted(shown(sample.after), newName, style.good)}`,
      ]),
  ])
}

const offered = (preview: Preview, style: Style): string[] =>
  preview.offered.flatMap((item) => [
    `  ${shown(item.what)}: ${counted(item.values, 'value')}; switch on with ${style.bold(item.switch)}`,
    ...item.samples.slice(0, 1).map((sample) => `      ${style.dim(shown(sample))}`),
  ])

/** Told once where many columns share a reason. */
function skipped(preview: Preview, style: Style): string[] {
  return [...new Set(preview.skipped.map((item) => item.reason))].flatMap((reason) => {
    const items = preview.skipped
      .filter((item) => item.reason === reason)
      .map((item) => shown(`${item.what}${item.values === null ? '' : ` (${counted(item.values, 'value')})`}`))
    if (items.length === 1) return [`  ${items[0]}: ${shown(reason)}`]
    return [`  ${shown(reason)}:`, ...items.map((item) => `    ${style.dim(item)}`)]
  })
}

const outside = (preview: Preview, style: Style): string[] =>
  preview.outside.flatMap((item) => [
    `  ${shown(item.system)}: ${shown(item.action)}`,
    ...(item.because === '' ? [] : [`      ${style.dim(`because ${shown(item.because)}`)}`]),
  ])

function ending(plan: Plan, style: Style): string {
  const command = renameCommand(plan)
  if (blocking(plan).length === 0) return `Nothing was changed yet. To run it:\n  ${style.bold(command)}`
  return `Nothing was changed. Mend what blocks it, then look again:\n  ${style.bold(`${command} --plan`)}`
}
