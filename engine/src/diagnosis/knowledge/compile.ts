import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { MigratorError } from '../../host/errors.ts'
import type { Cause } from './cause.ts'
import { yamlFiles } from './yaml-files.ts'

/** Beside what other tools keep there; git ignores it. */
const CACHE = fileURLToPath(new URL('../../../node_modules/.cache/frappe-migrator/knowledge.json', import.meta.url))

/**
 * Reads and checks every entry of a folder.
 * @throws MigratorError `knowledge-broken`, naming the file
 */
export async function compileCauses(directory: string): Promise<Cause[]> {
  const { readCause } = await import('./read-cause.ts')
  return yamlFiles(directory).map((file) => {
    const read = readCause(join(directory, file))
    if ('cause' in read) return read.cause
    throw new MigratorError({
      code: 'knowledge-broken',
      kind: 'refused',
      message: `An entry of the knowledge base is not valid: ${file}`,
      evidence: read.problems.join('; '),
      untouched: 'Nothing was changed.',
      hint: 'See: frappe-migrator knowledge lint',
    })
  })
}

/** The same, kept until a file of the folder changes. */
export async function compiledCauses(directory: string, cache: string = CACHE): Promise<Cause[]> {
  const state = stateOf(directory)
  const kept = keptIn(cache, state)
  if (kept !== null) return kept
  const causes = await compileCauses(directory)
  keep(cache, { state, causes })
  return causes
}

/** Names, sizes and times of all files: another state is another knowledge base. The schema's own file counts, too. */
function stateOf(directory: string): string {
  const files = [
    ...yamlFiles(directory).map((file) => join(directory, file)),
    fileURLToPath(new URL('cause.ts', import.meta.url)),
  ]
  return files
    .map((file) => {
      const { size, mtimeMs } = statSync(file)
      return `${file} ${size} ${mtimeMs}`
    })
    .join('\n')
}

function keptIn(cache: string, state: string): Cause[] | null {
  try {
    const kept: { state: string; causes: Cause[] } = JSON.parse(readFileSync(cache, 'utf8'))
    return kept.state === state ? kept.causes : null
  } catch {
    // Not there yet, or cut off: it is made again.
    return null
  }
}

function keep(cache: string, content: { state: string; causes: Cause[] }): void {
  const written = `${cache}.${process.pid}`
  try {
    mkdirSync(dirname(cache), { recursive: true })
    writeFileSync(written, JSON.stringify(content))
    renameSync(written, cache)
  } catch {
    // A checkout that may not be written to: the next run reads the entries again.
  }
}
