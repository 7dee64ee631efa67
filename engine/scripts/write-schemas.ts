/** Publishes the schemas that other programs rely on: `node scripts/write-schemas.ts` writes docs/*.schema.json. */
import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { z } from 'zod'
import { MigrationReport } from '../src/report/migration-report.ts'
import { MigrationProfile } from '../src/workflows/migration-profile.ts'

const DOCS = resolve(import.meta.dirname, '..', '..', 'docs')

for (const [name, schema] of Object.entries({
  'migration-profile': MigrationProfile,
  'migration-report': MigrationReport,
})) {
  writeFileSync(resolve(DOCS, `${name}.schema.json`), `${JSON.stringify(z.toJSONSchema(schema), null, 2)}\n`)
}
