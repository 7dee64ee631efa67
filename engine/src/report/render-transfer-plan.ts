import type { Plan } from '../execution/plan.ts'
import type { TransferPreview } from '../execution/transfer-preview.ts'
import { bytesText, counted } from './amounts.ts'
import { blocking, ending, findings, order, type PlanView } from './render-plan.ts'
import { shown, shownName } from './shown.ts'
import { type Style, section } from './style.ts'

/** A move for a tired person: what blocks it, what they do by hand, both sides, what is copied and how, then what to type. */
export function renderTransferPlan(plan: Plan, style: Style, view: Partial<PlanView> = {}): string {
  const { details = false, savedAs = null } = view
  const { preview } = plan
  const { transfer } = preview
  if (transfer === undefined) throw new Error('a plan to move a site without what it moves')
  const plain = (lines: string[]) => lines.map((line) => `  ${shownName(line)}`)
  const parts = [
    summary(plan, transfer, style),
    section('Findings', findings(plan, details, style), style),
    section('By hand', plain(preview.manual), style),
    section('Both sides', sideLines(transfer, details, style), style),
    section('What is copied', copiedLines(transfer, details, style), style),
    section('What runs, in this order', orderLines(plan, style), style),
    section('Services', plain(preview.services), style),
    section('Database accounts', accountLines(transfer, style), style),
    section('Keys of the configuration', keyLines(transfer, details, style), style),
    section(
      'Left out',
      transfer.leftOut.map(({ what, because }) => `  ${shown(what)}: ${because}`),
      style,
    ),
    ending(plan, style, savedAs),
  ]
  return parts.filter((part) => part !== '').join('\n\n')
}

function titleOf(plan: Plan): string {
  const { site, command, rehearsal } = plan
  if (command === 'clone-site') return `Copy ${site.oldName} to ${site.newName}`
  const named = site.oldName === site.newName ? site.newName : `${site.oldName} as ${site.newName}`
  return rehearsal
    ? `Rehearse the move of ${named}: all but the switch, then taken back`
    : `Move ${named} to another server`
}

function summary(plan: Plan, transfer: TransferPreview, style: Style): string {
  const { preview } = plan
  const [first, ...more] = blocking(plan)
  const note = (text: string) => (text === '' ? '' : style.dim(` (${text})`))
  const others = more.length ? `, and ${counted(more.length, 'finding')} more below` : ''
  const files = transfer.files.reduce((sum, one) => sum + one.bytes, 0)
  return [
    style.bold(titleOf(plan)),
    `  from       ${transfer.source.server}, ${transfer.source.bench}`,
    `  to         ${transfer.target.server}, ${transfer.target.bench}`,
    `  copied     ${counted(transfer.copied.tables, 'table')}, about ${counted(transfer.copied.rows, 'row')}, ${bytesText(transfer.copied.bytes)}; files ${bytesText(files)}`,
    `  downtime   ${plan.command === 'clone-site' || plan.rehearsal ? 'none' : `about ${preview.downtimeSeconds} s`}${note(preview.downtimeBasis)}`,
    ...transfer.disk.map((need) => `  disk       ${diskText(need, style)}${note(`${need.where}: ${need.formula}`)}`),
    ...(plan.rehearsal ? [] : [`  undo       ${shown('frappe-migrator rollback')}, at any time until cleanup`]),
    first ? style.bad(`  BLOCKED    ${shown(first.title)}${others}`) : style.good('  blocked    by nothing'),
  ].join('\n')
}

function diskText({ needed, free }: TransferPreview['disk'][number], style: Style): string {
  const text = `${bytesText(needed)} needed, ${free === null ? 'what is free cannot be seen from here' : `${bytesText(free)} free`}`
  return free !== null && needed > free ? style.bad(text) : text
}

function sideLines({ source, target }: TransferPreview, details: boolean, style: Style): string[] {
  const here = new Map(target.apps.map((app) => [app.name, app]))
  const textOf = (app: TransferPreview['source']['apps'][number] | undefined) =>
    app === undefined
      ? 'not there'
      : [app.version ?? 'version unknown', app.commit?.slice(0, 9)].filter((part) => part !== undefined).join(' ')
  const apps = source.apps.map((app) => ({ name: app.name, there: textOf(app), now: textOf(here.get(app.name)) }))
  const same = apps.filter(({ there, now }) => there === now)
  const told = details ? apps : apps.filter(({ there, now }) => there !== now)
  return [
    `  ${source.database} → ${target.database}`,
    ...told.map(({ name, there, now }) => `  ${name}: ${there} → ${there === now ? 'the same' : style.warn(now)}`),
    ...(details || same.length === 0
      ? []
      : [`  the same on both: ${same.map(({ name, there }) => `${name} ${there}`).join(', ')}`]),
  ]
}

function copiedLines(transfer: TransferPreview, details: boolean, style: Style): string[] {
  const { copied, collations, files } = transfer
  const objects = [
    [copied.views, 'view'],
    [copied.triggers, 'trigger'],
    [copied.sequences, 'sequence'],
    [copied.routines, 'routine'],
  ] as const
  const counts = objects.filter(([count]) => count > 0).map(([count, name]) => counted(count, name))
  const amounts = (tables: typeof copied.largest) =>
    tables.map(({ table, rows, bytes }) => `${shownName(table)} (${counted(rows, 'row')}, ${bytesText(bytes)})`)
  return [
    `  while the site is live: ${transfer.capture}`,
    `  in the end: ${transfer.fence ?? 'the source goes on; what is written after the last look stays there'}`,
    ...(copied.withoutKey.length
      ? [`  without a key, copied whole in the end: ${amounts(copied.withoutKey).slice(0, 5).join(', ')}`]
      : []),
    ...(counts.length ? [`  with ${counts.join(', ')}`] : []),
    ...files.map(({ side, files: count, bytes }) => `  ${side} files: ${count}, ${bytesText(bytes)}`),
    ...collations.map(
      ({ from, to, used }) => `  collation ${from}, unknown at the target → ${to} (${used.slice(0, 3).join(', ')})`,
    ),
    ...(transfer.migrate === null ? [] : [`  ${style.warn(transfer.migrate)}`]),
    `  until it is opened: ${transfer.quarantine.what.join(', ')}${transfer.quarantine.kept ? '; all but the last stay so' : ''}`,
    ...(details ? amounts(copied.largest).map((line) => style.dim(`    largest: ${line}`)) : []),
  ]
}

/** The order of any plan, with the side at which each step is done. */
function orderLines(plan: Plan, style: Style): string[] {
  const placed = plan.steps.map((step) => ({
    ...step,
    describe: `${(step.place ?? 'target').padEnd(6)} ${step.describe}`,
  }))
  const short = (text: string) =>
    [plan.places?.source.benchPath, plan.places?.target.benchPath].reduce<string>(
      (told, path) => (path === undefined ? told : told.replaceAll(`${path}/`, '')),
      text,
    )
  return order({ ...plan, steps: placed }, style).map(short)
}

function accountLines({ database }: TransferPreview, style: Style): string[] {
  return [
    `  target, by its administrator, once:`,
    ...database.statements.map((statement) => `    ${style.dim(statement)}`),
    `  source, by its administrator, once; the account goes with the run:`,
    ...database.sourceStatements.map((statement) => `    ${style.dim(statement)}`),
  ]
}

function keyLines({ keys, encryptionKey }: TransferPreview, details: boolean, style: Style): string[] {
  const told = keys.filter(({ what, key }) => key !== 'encryption_key' && (details || what !== 'carried'))
  const carried = keys.filter(({ what }) => what === 'carried').length
  return [
    `  encryption key: ${encryptionKey}`,
    ...told.map(({ key, what, because }) => `  ${key}: ${what}${because === '' ? '' : style.dim(` (${because})`)}`),
    ...(details || carried === 0 ? [] : [style.dim(`  ${counted(carried, 'key')} carried as they are (--details)`)]),
  ]
}
