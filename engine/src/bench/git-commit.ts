import { isAbsolute, join } from 'node:path'
import type { Host } from '../host/host.ts'
import { readTextFile } from '../services/text-file.ts'

async function textOf(host: Host, path: string): Promise<string | null> {
  const read = await readTextFile(host, path)
  return read.state === 'read' ? read.text.trim() : null
}

/** A work tree's `.git` may be a file that names the real directory (gitrepository-layout(5)). */
async function gitDirectory(host: Host, app: string): Promise<string> {
  const pointer = /^gitdir: (.+)$/m.exec((await textOf(host, `${app}/.git`)) ?? '')?.[1]
  if (pointer === undefined) return `${app}/.git`
  return isAbsolute(pointer) ? pointer : join(app, pointer)
}

/** Branch and commit of a checkout, read from git's own files: starting git costs more than all of the survey, and git refuses other users' directories. */
export async function readGitCommit(
  host: Host,
  app: string,
): Promise<{ branch: string | null; commit: string | null }> {
  const git = await gitDirectory(host, app)
  const head = await textOf(host, `${git}/HEAD`)
  if (head === null) return { branch: null, commit: null }
  const reference = /^ref: (\S+)$/.exec(head)?.[1]
  if (reference === undefined) return { branch: null, commit: /^[0-9a-f]{40,64}$/.test(head) ? head : null }
  const common = await textOf(host, `${git}/commondir`)
  const shared = common === null ? git : isAbsolute(common) ? common : join(git, common)
  const branch = reference.replace(/^refs\/heads\//, '')
  const loose = (await textOf(host, `${git}/${reference}`)) ?? (await textOf(host, `${shared}/${reference}`))
  if (loose !== null) return { branch, commit: loose }
  const packed = (await textOf(host, `${shared}/packed-refs`)) ?? ''
  const line = packed.split('\n').find((entry) => entry.endsWith(` ${reference}`))
  return { branch, commit: line?.slice(0, line.indexOf(' ')) ?? null }
}
