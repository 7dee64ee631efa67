import { z } from 'zod'
import type { Row } from '../database/site-database.ts'

const Condition = z.object({ column: z.string(), test: z.enum(['is', 'is-not']), values: z.array(z.string()) })

/** For types limited by bytes (`text`): how many, and the character set in which they count. */
const ByteLimit = z.object({ bytes: z.number(), characterSet: z.string().nullable() })

/** One column to search and rewrite, as plans store it (column-rule.ts without what only people read). */
const TargetColumn = z.object({
  column: z.string(),
  form: z.enum(['url', 'host', 'file-url', 'own-file']),
  json: z.boolean(),
  maximumCharacters: z.number().nullable(),
  byteLimit: ByteLimit.exactOptional(),
  where: z.array(Condition),
})
export type TargetColumn = z.infer<typeof TargetColumn>

/** One field of a Single DocType. */
const TargetSingle = TargetColumn.omit({ column: true }).extend({ doctype: z.string(), field: z.string() })
export type TargetSingle = z.infer<typeof TargetSingle>

/** Columns of one table, or the fields of Singles inside tabSingles. */
export const RewriteTarget = z.object({
  table: z.string(),
  columns: z.array(TargetColumn),
  singles: z.array(TargetSingle),
})
export type RewriteTarget = z.infer<typeof RewriteTarget>

export const RewriteHost = z.object({
  from: z.string(),
  fromPort: z.number().exactOptional(),
  to: z.string(),
  toUrl: z.object({ scheme: z.enum(['http', 'https']), port: z.number().nullable() }).exactOptional(),
})

/** Whether a row belongs to a rule; NULL counts as none of the values. */
export function holds(conditions: z.infer<typeof Condition>[], row: Row): boolean {
  return conditions.every(({ column, test, values }) => {
    const value = row[column]
    const listed = value !== null && value !== undefined && values.includes(String(value))
    return test === 'is' ? listed : !listed
  })
}
