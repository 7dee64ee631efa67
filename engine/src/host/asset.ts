import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { MigratorError } from './errors.ts'

/** Set to true by scripts/bundle.ts; in a checkout it does not exist. */
declare const BUNDLED: boolean | undefined

/** Whether this is an installed program, and not a checkout. */
export const isBundled = typeof BUNDLED !== 'undefined'

/** The folder that asset paths are relative to: `engine/` in a checkout, `assets/` beside the bundle's files. */
const ASSETS = isBundled ? new URL('assets/', import.meta.url) : new URL('../../', import.meta.url)

/**
 * Where a file lies that the engine needs at run time but that is not TypeScript: a Python script, a template.
 *
 * @param relative path below `engine/`, with slashes: `src/services/python/move_jobs.py`. Every file below
 *   `engine/src` and `engine/knowledge` that is not TypeScript is carried along by scripts/bundle.ts, and the compiled
 *   knowledge base beside it.
 * @throws MigratorError `asset-missing` when the installation is incomplete
 */
export function assetPath(relative: string): string {
  const path = fileURLToPath(new URL(relative, ASSETS))
  if (!existsSync(path)) {
    throw new MigratorError({
      code: 'asset-missing',
      kind: 'refused',
      message: `A file of frappe-migrator itself is missing: ${relative}`,
      evidence: path,
      hint: 'Install frappe-migrator again.',
    })
  }
  return path
}
