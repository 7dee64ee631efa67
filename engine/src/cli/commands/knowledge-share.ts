import { exportKnowledge, type Offered, readShared, takeShared } from '../../diagnosis/outcomes/shared-file.ts'
import { MigratorError } from '../../host/errors.ts'
import { writeFileAtomic } from '../../host/local/files.ts'
import { shown } from '../../report/shown.ts'
import { attend, confirm } from '../attendance.ts'
import { readGiven, refuseUnwritable } from '../given-files.ts'
import type { AttendedOptions } from '../options.ts'
import { nothingDone, printJson } from '../print-json.ts'

/** Writes the user's own entries and what repairs came to into a file that can be read before it is given away. */
export async function knowledgeExport(file: string, options: { json?: boolean }): Promise<number> {
  await refuseUnwritable(file)
  const { text, causes, outcomes, left } = exportKnowledge()
  await writeFileAtomic(file, text, 0o600)
  if (options.json) printJson({ file, causes, outcomes, left })
  else
    process.stdout.write(
      `${[
        `${file}: ${causes} causes, ${outcomes} outcomes. Read it before you give it away.`,
        ...left.map((one) => shown(`left out: ${one}`)),
      ].join('\n')}\n`,
    )
  return 0
}

/**
 * Takes what a shared file holds, after it was checked as shipped entries are and somebody agreed.
 * @throws MigratorError `knowledge-refused` when anything in it is wrong; `not-agreed`
 */
export async function knowledgeImport(file: string, options: AttendedOptions): Promise<number> {
  const offered = readShared(await readGiven(file, 'The shared knowledge'))
  refuseWrong(file, offered)
  const attended = attend(options)
  try {
    const { causes, outcomes, replaced } = offered
    const told = [
      ...causes.map(({ id, title }) => `  ${id}${replaced.includes(id) ? ' (replaces yours)' : ''}: ${title}`),
      `  ${outcomes.length} outcomes of repairs that are not known here`,
    ].map((line) => shown(line))
    if (causes.length + outcomes.length === 0) {
      if (options.json) printJson(nothingDone())
      else process.stdout.write('Nothing in it is new.\n')
      return 0
    }
    if (!options.json) process.stderr.write(`${told.join('\n')}\n`)
    if (!options.yes && !(attended.interactive && (await confirm('Take these?')))) throw notAgreed(file)
    takeShared(offered)
    if (options.json) printJson({ causes: causes.map(({ id }) => id), replaced, outcomes: outcomes.length })
    else process.stdout.write(`Taken: ${causes.length} causes, ${outcomes.length} outcomes.\n`)
    return 0
  } finally {
    attended.release()
  }
}

function refuseWrong(file: string, { problems }: Offered): void {
  if (problems.length === 0) return
  throw new MigratorError({
    code: 'knowledge-refused',
    kind: 'refused',
    message: `${file} was not taken: ${problems.length} things in it are wrong.`,
    evidence: problems.slice(0, 8).join('; '),
    untouched: 'Nothing was changed.',
    hint: 'Correct or remove them in the file, then try again.',
  })
}

const notAgreed = (file: string): MigratorError =>
  new MigratorError({
    code: 'not-agreed',
    kind: 'refused',
    message: `${file} was not taken: nobody agreed.`,
    untouched: 'Nothing was changed.',
    hint: 'Read it, then: frappe-migrator knowledge import FILE --yes',
  })
