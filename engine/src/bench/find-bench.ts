import { dirname, resolve } from 'node:path'
import { MigratorError } from '../host/errors.ts'
import type { Host } from '../host/host.ts'
import { failureCode } from '../services/text-file.ts'

/** A directory that may not be entered could be a bench: that is not the same as not being one. */
class Unreadable extends Error {
  readonly path: string
  constructor(path: string, cause: unknown) {
    super(`${path} may not be read`, { cause })
    this.path = path
  }
}

async function isDirectory(host: Host, path: string): Promise<boolean> {
  try {
    const real = (await host.status(path))?.kind === 'symlink' ? await host.realPath(path) : path
    return (await host.status(real))?.kind === 'directory'
  } catch (error) {
    if (failureCode(error) === 'EACCES') throw new Unreadable(path, error)
    if (failureCode(error) !== null) return false
    throw error
  }
}

/** A directory is taken for a bench when it has `sites/` with a bench's files in it, or `sites/` beside `apps/` (half a bench is still one to diagnose). */
export async function looksLikeBench(host: Host, path: string): Promise<boolean> {
  if (!(await isDirectory(host, `${path}/sites`))) return false
  if (await isDirectory(host, `${path}/apps`)) return true
  for (const name of ['common_site_config.json', 'apps.txt', 'apps.json']) {
    if ((await host.status(`${path}/sites/${name}`).catch(() => null)) !== null) return true
  }
  return false
}

/** @throws MigratorError `not-a-bench` (usage). */
export function notABench(path: string, looked: string): MigratorError {
  return new MigratorError({
    code: 'not-a-bench',
    kind: 'usage',
    message: `${path} is not a Frappe bench.`,
    evidence: looked,
    untouched: 'Nothing was changed.',
    hint: 'Change into the bench directory (the one that holds apps/ and sites/), or name it: --bench /home/frappe/frappe-bench',
    failureClass: 'configuration',
  })
}

const unreadableBench = (host: Host, { path, cause }: Unreadable): MigratorError =>
  new MigratorError({
    code: 'bench-unreadable',
    kind: 'refused',
    message: `${path} may not be read by ${host.userName}.`,
    evidence: cause instanceof Error ? cause.message : path,
    untouched: 'Nothing was changed.',
    hint: "Run it as the bench's owner, or as root, which continues as the owner by itself.",
    failureClass: 'permission',
    cause,
  })

/**
 * The bench a directory lies in: itself or the nearest parent. bench runs its commands inside `sites/`.
 * @throws MigratorError `not-a-bench` (usage) when none of them is one.
 */
export async function findBench(host: Host, startDirectory: string): Promise<string> {
  let directory = resolve(startDirectory)
  for (;;) {
    const found = await looksLikeBench(host, directory).catch((error: unknown) => {
      if (error instanceof Unreadable && directory === resolve(startDirectory)) throw unreadableBench(host, error)
      if (error instanceof Unreadable) return false
      throw error
    })
    if (found) return directory
    const parent = dirname(directory)
    if (parent === directory) break
    directory = parent
  }
  throw notABench(startDirectory, `neither ${startDirectory} nor a directory above it holds sites/ beside apps/`)
}
