/** A process of its own that copies a database and journals to a file, so that it can be killed. Argument: the file of its task. */
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { definitionFor } from '../../../src/backup/definition-for.ts'
import { copyDatabase } from '../../../src/database/mariadb/copy/copy-database.ts'
import { CopyJournal, CopyRecord } from '../../../src/database/mariadb/copy/copy-journal.ts'
import { collationsOf, PART_BYTES } from './stage.ts'

const { from, to, journal } = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'))
const lines = existsSync(journal) ? readFileSync(journal, 'utf8').split('\n').filter(Boolean) : []
const earlier = lines.map((line) => CopyRecord.parse(JSON.parse(line)))
const known = await collationsOf(to)
await copyDatabase({
  ...{ source: from, definer: from, target: to, pipelines: 2, partBytes: PART_BYTES },
  define: (statement: string) => definitionFor(statement, known).statement,
  journal: new CopyJournal(async (record) => appendFileSync(journal, `${JSON.stringify(record)}\n`), earlier),
})
