import type { Plan } from '../execution/plan.ts'
import type { RestorePreview } from '../execution/restore-preview.ts'
import { bytesText, counted } from './amounts.ts'
import { blocking, ending, findings, order, type PlanView } from './render-plan.ts'
import { inBench, shown, shownName } from './shown.ts'
import { type Style, section } from './style.ts'

/** A restore for a tired person: what comes from where, what it replaces, what blocks it, then every detail, then what to type. */
export function renderRestorePlan(plan: Plan, style: Style, view: Partial<PlanView> = {}): string {
  const { details = false, savedAs = null } = view
  const { preview } = plan
  const { restore } = preview
  if (restore === undefined) throw new Error('a plan to restore without what it restores')
  const plain = (lines: string[]) => lines.map((line) => `  ${shownName(line)}`)
  const parts = [
    summary(plan, restore, style),
    section('Findings', findings(plan, details, style), style),
    section('By hand', plain(preview.manual), style),
    section('The backup', backupLines(restore, details, style), style),
    section('What runs, in this order', order(plan, style), style),
    section('Database', databaseLines(restore, style), style),
    section('Files', fileLines(plan, restore), style),
    section('Keys of the configuration', keyLines(restore, details, style), style),
    section(
      'Left out',
      restore.leftOut.map(({ what, because }) => `  ${shown(what)}: ${because}`),
      style,
    ),
    section('Services', plain(preview.services), style),
    ending(plan, style, savedAs),
  ]
  return parts.filter((part) => part !== '').join('\n\n')
}

function summary(plan: Plan, { backup, database }: RestorePreview, style: Style): string {
  const { preview, site } = plan
  const [first, ...more] = blocking(plan)
  const short = preview.diskBytesNeeded > preview.diskBytesFree
  const disk = `${bytesText(preview.diskBytesNeeded)} needed, ${bytesText(preview.diskBytesFree)} free`
  const note = (text: string) => (text === '' ? '' : style.dim(` (${text})`))
  const others = more.length ? `, and ${counted(more.length, 'finding')} more below` : ''
  const taken = backup.taken === null ? 'unknown when' : backup.taken
  return [
    style.bold(site.isNew ? `Make the site ${site.newName} from a backup` : `Restore ${site.newName} from a backup`),
    `  bench      ${plan.benchPath}`,
    `  backup     ${backup.site ?? 'of an unknown site'}, taken ${taken}, Frappe ${backup.frappe ?? 'unknown'}`,
    `  holds      ${counted(backup.tables, 'table')}, ${counted(backup.rows, 'row')}, ${bytesText(backup.bytes)}`,
    `  database   ${database.name}${database.replaces === null ? '' : `, beside ${database.replaces}, which is kept until cleanup`}`,
    `  downtime   about ${preview.downtimeSeconds} s${note(preview.downtimeBasis)}`,
    `  disk       ${short ? style.bad(disk) : disk}${note(preview.diskFormula)}`,
    `  undo       ${shown('frappe-migrator rollback')}, at any time until cleanup`,
    first ? style.bad(`  BLOCKED    ${shown(first.title)}${others}`) : style.good('  blocked    by nothing'),
  ].join('\n')
}

function backupLines({ backup }: RestorePreview, details: boolean, style: Style): string[] {
  const others = [
    [backup.views, 'view'],
    [backup.triggers, 'trigger'],
    [backup.sequences, 'sequence'],
    [backup.routines, 'routine'],
  ] as const
  const counts = others.filter(([count]) => count > 0).map(([count, name]) => counted(count, name))
  const apps = backup.apps.map(({ name, version }) => (version === null ? name : `${name} ${version}`))
  return [
    `  ${backup.file}`,
    `  taken of ${backup.server ?? 'an unknown server'}${counts.length ? `; with ${counts.join(', ')}` : ''}`,
    ...(apps.length ? [`  apps: ${apps.join(', ')}`] : []),
    ...(details
      ? backup.largest.map(({ table, rows, bytes }) =>
          style.dim(`    ${shownName(table)}: ${counted(rows, 'row')}, ${bytesText(bytes)}`),
        )
      : []),
  ]
}

function databaseLines({ database, collations, definers }: RestorePreview, style: Style): string[] {
  return [
    `  ${database.server}; as the administrator, once:`,
    ...database.statements.map((statement) => `    ${style.dim(statement)}`),
    ...collations.map(
      ({ from, to, used }) => `  collation ${from}, unknown to this server → ${to} (${used.slice(0, 3).join(', ')})`,
    ),
    ...definers.map(
      ({ definer, objects }) => `  definer ${definer} → ${database.user} (${objects.slice(0, 3).join(', ')})`,
    ),
  ]
}

const fileLines = (plan: Plan, { files }: RestorePreview): string[] =>
  files.map(
    ({ side, files: count, bytes, from }) =>
      `  ${side}: ${counted(count, 'file')}, ${bytesText(bytes)}${from === null ? '' : `; those of now are kept until cleanup in ${inBench(from, plan.benchPath)}`}`,
  )

function keyLines({ keys, encryptionKey }: RestorePreview, details: boolean, style: Style): string[] {
  const told = keys.filter(({ what, key }) => key !== 'encryption_key' && (details || what !== 'kept'))
  const kept = keys.filter(({ what }) => what === 'kept').length
  return [
    `  encryption key: ${encryptionKey}`,
    ...told.map(({ key, what, because }) => `  ${key}: ${what}${because === '' ? '' : style.dim(` (${because})`)}`),
    ...(details || kept === 0
      ? []
      : [
          style.dim(
            `  ${counted(kept, 'key')} of the site stay${kept === 1 ? 's' : ''} as ${kept === 1 ? 'it is' : 'they are'} (--details)`,
          ),
        ]),
  ]
}
