import type { Plan } from '../execution/plan.ts'
import { bytesText, counted } from './amounts.ts'
import { maskText } from './mask.ts'
import type { Style } from './style.ts'

type Preview = Plan['preview']

/** The whole plan for a person: what will happen first, then every detail, then what to type. */
export function renderPlan(plan: Plan, style: Style): string {
  const { preview } = plan
  const parts = [
    summary(plan, style),
    section('Files and keys', configuration(preview, style), style),
    section(
      'Services',
      preview.services.map((line) => `  ${line}`),
      style,
    ),
    section('Database', database(preview, style), style),
    section('Offered, off by default', offered(preview, style), style),
    section('Left alone', skipped(preview), style),
    section(
      'To tell outside',
      preview.outside.map((item) => `  ${item.system}: ${item.action}`),
      style,
    ),
    section(
      'By hand',
      preview.manual.map((line) => `  ${line}`),
      style,
    ),
    section('Findings', findings(plan, style), style),
    ending(plan, style),
  ]
  return parts.filter((part) => part !== '').join('\n\n')
}

function summary(plan: Plan, style: Style): string {
  const { preview, site } = plan
  const values = preview.rewrite.reduce((sum, column) => sum + column.values, 0)
  const blocked = plan.findings.filter((finding) => finding.severity === 'critical').length
  const directory =
    site.oldDirectory === site.newDirectory
      ? 'the directory keeps its name'
      : `sites/${site.oldDirectory} → sites/${site.newDirectory}`
  return [
    style.bold(`Rename ${site.oldName} → ${site.newName}`),
    `  bench      ${plan.benchPath}`,
    `  directory  ${directory}`,
    `  changes    ${counted(preview.configuration.length, 'configuration item')}, ${counted(values, 'database value')} in ${counted(preview.rewrite.length, 'column')}`,
    `  downtime   about ${preview.downtimeSeconds} s (${preview.downtimeBasis})`,
    `  disk       ${bytesText(preview.diskBytesNeeded)} needed, ${bytesText(preview.diskBytesFree)} free (${preview.diskFormula})`,
    `  undo       every step; frappe-migrator rollback, until cleanup`,
    blocked
      ? style.bad(`  blocked    ${counted(blocked, 'finding')} below must be mended first`)
      : style.good('  blocked    by nothing'),
  ].join('\n')
}

function section(title: string, lines: string[], style: Style): string {
  return lines.length ? [style.bold(title), ...lines].join('\n') : ''
}

function configuration(preview: Preview, style: Style): string[] {
  const files = [...new Set(preview.configuration.map((change) => change.file))]
  return files.flatMap((file) => [
    `  ${file}`,
    ...preview.configuration
      .filter((change) => change.file === file)
      .map(
        (change) =>
          `    ${change.what}: ${change.before ?? '(not set)'} ${style.dim('→')} ${change.after ?? '(removed)'}`,
      ),
  ])
}

function database(preview: Preview, style: Style): string[] {
  return preview.rewrite.flatMap((column) => [
    `  ${column.field ?? `${column.table}.${column.column}`}: ${counted(column.values, 'value')}${column.code ? style.warn(' (code: look at it)') : ''}`,
    ...column.samples
      .slice(0, 2)
      .flatMap((sample) => [`      ${style.dim('-')} ${sample.before}`, `      ${style.dim('+')} ${sample.after}`]),
  ])
}

function offered(preview: Preview, style: Style): string[] {
  return preview.offered.flatMap((item) => [
    `  ${item.what}: ${counted(item.values, 'value')}   ${style.bold(item.switch)}`,
    ...item.samples.slice(0, 1).map((sample) => `      ${style.dim(sample)}`),
  ])
}

const skipped = (preview: Preview): string[] =>
  preview.skipped.map(
    (item) => `  ${item.what}${item.values === null ? '' : ` (${counted(item.values, 'value')})`}: ${item.reason}`,
  )

function findings(plan: Plan, style: Style): string[] {
  const order = { critical: 0, warning: 1, information: 2 }
  const color = { critical: style.bad, warning: style.warn, information: style.dim }
  return [...plan.findings]
    .sort((one, other) => order[one.severity] - order[other.severity])
    .flatMap((finding) => [
      `  ${color[finding.severity](finding.severity)} ${maskText(finding.title)}`,
      `      ${style.dim(maskText(finding.evidence))}`,
      ...finding.remedies.map((remedy) => `      → ${remedy}`),
    ])
}

function ending(plan: Plan, style: Style): string {
  const { oldName, newName } = plan.site
  return `Nothing was changed. Run it with:\n  ${style.bold(`frappe-migrator rename-domain --source ${oldName} --target ${newName}`)} (and the switches above)`
}
