/** Publishes the schemas that other programs rely on: `node scripts/write-schemas.ts` writes docs/*.schema.json. */
import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { z } from 'zod'
import { MigrationReport } from '../src/report/migration-report.ts'
import { MigrationProfile } from '../src/workflows/migration-profile.ts'

const DOCS = resolve(import.meta.dirname, '..', '..', 'docs')

/** One line publishes one more. */
const published: [name: string, schema: z.ZodType][] = [
  ['migration-profile', MigrationProfile],
  ['migration-report', MigrationReport],
]

/** Path and text of every published schema. */
export const publishedSchemas = (): [path: string, text: string][] =>
  published.map(([name, schema]) => [
    resolve(DOCS, `${name}.schema.json`),
    `${JSON.stringify(z.toJSONSchema(schema), null, 2)}\n`,
  ])

if (import.meta.main) for (const [path, text] of publishedSchemas()) writeFileSync(path, text)
