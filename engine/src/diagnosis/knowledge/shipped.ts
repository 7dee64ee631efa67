import { join } from 'node:path'
import { assetPath } from '../../host/asset.ts'
import { MigratorError } from '../../host/errors.ts'
import type { Cause } from './cause.ts'
import { readCause, yamlFiles } from './read-cause.ts'

/** Where the entries that come with the program lie. */
export const shippedDirectory = (): string => assetPath('knowledge')

/**
 * The entries that come with the program.
 * @throws MigratorError `knowledge-broken`, naming the file: an installation that was edited by hand
 */
export function shippedCauses(directory: string = shippedDirectory()): Cause[] {
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
