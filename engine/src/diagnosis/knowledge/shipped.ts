import { readFileSync } from 'node:fs'
import { assetPath, isBundled } from '../../host/asset.ts'
import type { Cause } from './cause.ts'

/** Where scripts/bundle.ts puts the compiled entries. */
export const COMPILED = 'knowledge.json'

/** Where the entries that come with the program lie. */
export const shippedDirectory = (): string => assetPath('knowledge')

/**
 * The entries that come with the program: compiled and checked when it was bundled, since a hundred YAML files take
 * longer to read than a diagnosis may take. In a checkout the compiled form is kept until an entry changes.
 *
 * @throws MigratorError `knowledge-broken`, naming the file: an entry of a checkout that is not valid
 */
export async function shippedCauses(): Promise<Cause[]> {
  if (isBundled) return JSON.parse(readFileSync(assetPath(COMPILED), 'utf8'))
  return (await import('./compile.ts')).compiledCauses(shippedDirectory())
}
