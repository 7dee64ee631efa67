import type { ChildProcess } from 'node:child_process'
import { realpath } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { z } from 'zod'
import { MigratorError } from '../errors.ts'
import type { Completed } from '../host.ts'
import { removeDurably, unfinishedOf, writeFileAtomic, writeTarget } from './files.ts'
import { certificatesOf, listAllowed, readAllowed } from './privileged-reads.ts'
import { run } from './run.ts'

/** Set for a child whose parent is root and answers on the process channel. */
export const PRIVILEGED_CHANNEL = 'MIGRATOR_PRIVILEGED_CHANNEL'

const Request = z.object({
  id: z.number(),
  action: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('write'), path: z.string(), content: z.string(), mode: z.number().nullable() }),
    z.object({ kind: z.literal('remove'), path: z.string() }),
    z.object({ kind: z.enum(['list', 'read', 'certificates']), path: z.string() }),
    z.object({ kind: z.literal('run'), argv: z.array(z.string()).min(1) }),
  ]),
})
type Action = z.infer<typeof Request>['action']

const Reply = z.object({
  id: z.number(),
  problem: z.string().nullable(),
  completed: z.object({ exitCode: z.number(), stdout: z.string(), stderr: z.string() }).nullable(),
})

/** What root does for the bench's owner, beside the reads of privileged-reads.ts: nginx's own configuration, the hosts file, nginx's check and reload. */
const allowedDirectories = ['/etc/nginx/', '/usr/local/etc/nginx/', '/usr/local/nginx/conf/']
const allowedFiles = ['/etc/hosts', unfinishedOf('/etc/hosts')]
/** Found by root's own PATH, or where only root installs programs. */
const systemPrograms = String.raw`(\/(usr\/(local\/)?)?s?bin\/|\/usr\/local\/(nginx|openresty\/nginx)\/sbin\/)?`
const nginx = `${systemPrograms}(nginx|openresty|angie)`
/** A configuration of somebody else could load a module as root. */
const configuration = String.raw`( -[cp] (\/etc\/nginx|\/usr\/local\/etc\/nginx|\/usr\/local\/nginx|\/usr\/share\/nginx)(\/[\w-][\w.-]*)*\/?){0,2}`
const allowedCommands = [
  new RegExp(`^${nginx}( -t| -s reload)${configuration}$`),
  new RegExp(`^${systemPrograms}systemctl reload (nginx|openresty|angie)(\\.service)?$`),
]

/** Where a write really ends: a link in root's directories may lead into the bench, and from there anywhere. */
export async function allowedPath(path: string): Promise<string> {
  const real = await writeTarget(path)
  if (allowedFiles.includes(real) || allowedDirectories.some((directory) => real.startsWith(directory))) return real
  throw new Error(`root does not write ${real} for the owner of a bench`)
}

/** The name itself goes, a link and not what it leads to. */
async function removablePath(path: string): Promise<string> {
  const place = join(await realpath(dirname(path)), basename(path))
  const isOurs = place !== '/etc/hosts' && allowedFiles.includes(place)
  if (isOurs || allowedDirectories.some((directory) => place.startsWith(directory))) return place
  throw new Error(`root does not remove ${place} for the owner of a bench`)
}

/** Words of a command that root runs; paths that lead elsewhere are refused as well as foreign programs. */
export async function allowedCommand(argv: string[]): Promise<[string, ...string[]]> {
  const refused = new Error(`root does not run ${argv.join(' ')} for the owner of a bench`)
  const [program, ...parameters] = argv
  const isOneWordEach = argv.every((word) => /^\S+$/.test(word))
  if (program === undefined || !isOneWordEach || !allowedCommands.some((pattern) => pattern.test(argv.join(' ')))) {
    throw refused
  }
  for (const path of parameters.filter((word) => word.startsWith('/'))) {
    const real = await realpath(path)
    const isOwn = real === path.replace(/\/$/, '')
    if (!isOwn && !allowedDirectories.some((directory) => `${real}/`.startsWith(directory))) throw refused
  }
  return [program, ...parameters]
}

const answered = (stdout: string): Completed => ({ exitCode: 0, signal: null, stdout, stderr: '', timedOut: false })

async function perform(action: Action): Promise<Completed | null> {
  switch (action.kind) {
    case 'list':
      return answered((await listAllowed(action.path)).join('\n'))
    case 'read':
      return answered((await readAllowed(action.path)).toString('base64'))
    case 'certificates':
      return answered(await certificatesOf(action.path))
    case 'write': {
      const content = Buffer.from(action.content, 'base64')
      await writeFileAtomic(await allowedPath(action.path), content, action.mode ?? undefined)
      return null
    }
    case 'remove':
      await removeDurably(await removablePath(action.path), false)
      return null
    case 'run':
      return run({ argv: await allowedCommand(action.argv) })
  }
}

/** The parent's side: does what is allowed, refuses the rest. */
export function answerPrivileged(child: ChildProcess): void {
  child.on('message', async (message) => {
    const request = Request.safeParse(message)
    if (!request.success) return
    const { id, action } = request.data
    const reply = await perform(action).then(
      (completed) => ({ id, problem: null, completed }),
      (error: unknown) => ({ id, problem: error instanceof Error ? error.message : String(error), completed: null }),
    )
    // A child that is gone needs no answer.
    child.send(reply, () => undefined)
  })
}

let asked = 0

export const hasPrivilegedChannel = (): boolean => process.env[PRIVILEGED_CHANNEL] === '1' && process.send !== undefined

/** The child's side: asks and waits. A refusal comes back as exit code 126 with the reason on stderr. */
export function askPrivileged(action: Action): Promise<Completed> {
  asked += 1
  const id = asked
  return new Promise((resolve, reject) => {
    const done = () => {
      process.off('message', listen)
      process.off('disconnect', lost)
      // The open channel must not keep the process from ending.
      process.channel?.unref()
    }
    const lost = () => {
      done()
      reject(parentGone())
    }
    const listen = (message: unknown) => {
      const reply = Reply.safeParse(message)
      if (!reply.success || reply.data.id !== id) return
      done()
      const { problem, completed } = reply.data
      const failed = problem === null ? 0 : 126
      resolve({ exitCode: failed, stdout: '', stderr: problem ?? '', ...completed, signal: null, timedOut: false })
    }
    if (!process.connected) {
      reject(parentGone())
      return
    }
    process.channel?.ref()
    process.on('message', listen)
    process.once('disconnect', lost)
    process.send?.({ id, action }, (error: Error | null) => {
      if (error) lost()
    })
  })
}

const parentGone = (): MigratorError =>
  new MigratorError({
    code: 'privilege-lost',
    kind: 'failed',
    message: 'The process that acts as root for this run is gone: somebody ended it.',
    evidence: 'its channel is closed',
    hint: 'Start the command as root again: frappe-migrator resume, or frappe-migrator rollback.',
    failureClass: 'permission',
  })
