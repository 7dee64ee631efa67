import { z } from 'zod'
import type { CellUpdate, SiteDatabase, Value } from '../database/site-database.ts'
import type { Change } from './change.ts'

const Params = z.object({})

const WAIT_MILLISECONDS = 10_000

/**
 * What a site does to others at once when a document is saved or a button is pressed, and no key of its configuration stops (read in
 * Frappe 14 to 16). Mail and scheduled jobs have keys: mute_emails, pause_scheduler.
 */
const ROWS = [
  // run_webhooks, frappe/integrations/doctype/webhook/__init__.py
  { table: 'tabWebhook', column: 'enabled' },
  // mute_emails stops the channel Email alone: frappe/email/doctype/notification/notification.py
  { table: 'tabNotification', column: 'enabled', only: "channel IN ('Slack', 'SMS')" },
  // document events of Event and Contact write to Google: frappe/hooks.py
  { table: 'tabGoogle Calendar', column: 'enable' },
  { table: 'tabGoogle Contacts', column: 'enable' },
  // a copy that fetches mail takes it away from the mailbox of the site that is live
  { table: 'tabEmail Account', column: 'enable_incoming' },
] as const

const SINGLES = [
  { doctype: 'SMS Settings', field: 'sms_gateway_url', off: '' },
  { doctype: 'S3 Backup Settings', field: 'enabled', off: '0' },
  { doctype: 'Dropbox Settings', field: 'enabled', off: '0' },
  { doctype: 'Google Drive', field: 'enable', off: '0' },
  { doctype: 'Push Notification Settings', field: 'enable_push_notification_relay', off: '0' },
] as const

/**
 * Switches off what a copy of a site would tell other systems. The database is the run's own copy, so a rollback, which takes it away,
 * has nothing to put back; what was switched off is recorded by name, for whoever wants it live.
 */
export const quarantine: Change<z.infer<typeof Params>, null, { off: string[] }> = {
  kind: 'quarantine',
  undo: 'exact',
  params: Params,
  describe: () => 'Switch off what the copy would tell other systems: webhooks, SMS and Slack, Google, incoming mail',
  inspect: async () => ({ state: 'pending' }),
  prepare: async () => null,
  apply: async (context) => {
    const database = await context.database()
    const cells = await cellsOf(database)
    if (cells.length > 0) {
      for (const one of cells) await context.journal({ off: nameOf(one) })
      const writer = await database.openWriter(WAIT_MILLISECONDS)
      await writer.updateCells(cells).finally(() => writer.close())
    }
    // Begun again after a kill, what was switched off by then is found no more: it stands in the journal.
    return { off: [...new Set(context.progress().flatMap(({ off }) => (typeof off === 'string' ? [off] : [])))] }
  },
  revert: async () => [],
}

const nameOf = ({ table, column, match }: CellUpdate): string => `${table} ${Object.values(match).join(' ')} ${column}`

async function cellsOf(database: SiteDatabase): Promise<CellUpdate[]> {
  const tables = new Map((await database.tables()).map((table) => [table.name, table.columns.map(({ name }) => name)]))
  const cells: CellUpdate[] = []
  for (const { table, column, ...more } of ROWS) {
    const columns = tables.get(table) ?? []
    if (!columns.includes(column)) continue
    const only = 'only' in more && columns.includes('channel') ? ` AND ${more.only}` : ''
    const rows = await database.read(`SELECT name, ${column} AS value FROM \`${table}\` WHERE ${column} <> 0${only}`)
    cells.push(...rows.map((row) => cell(table, column, { name: String(row['name']) }, row['value'], '0')))
  }
  if (!tables.has('tabSingles')) return cells
  for (const { doctype, field, off } of SINGLES) {
    const rows = await database.read('SELECT value FROM `tabSingles` WHERE doctype = ? AND field = ?', [doctype, field])
    for (const { value } of rows)
      if (value !== null && String(value) !== off && String(value) !== '')
        cells.push(cell('tabSingles', 'value', { doctype, field }, value, off))
  }
  return cells
}

const cell = (
  table: string,
  column: string,
  match: Record<string, string>,
  before: Value | undefined,
  after: string,
): CellUpdate => ({ table, column, match, before: String(before), after })
