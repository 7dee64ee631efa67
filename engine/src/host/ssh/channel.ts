import type { ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { PassThrough, type Readable, type Writable } from 'node:stream'
import type { Command, Completed, ProcessIdentity } from '../host.ts'
import { type Actor, asActor } from './actor.ts'
import { channelScript } from './channel-script.ts'
import { connectionLost } from './connect-errors.ts'
import type { SshConnection } from './connection.ts'

const STDERR_LIMIT = 64 * 1024
/** Signals that a shell tells as 128 + number. */
const SIGNALS: Record<number, string> = {
  129: 'SIGHUP',
  130: 'SIGINT',
  134: 'SIGABRT',
  137: 'SIGKILL',
  139: 'SIGSEGV',
  143: 'SIGTERM',
}

/** A command of its own channel: its streams, who it is, and how it ends. */
export interface Channel {
  stdin: Writable
  stdout: Readable
  identity: ProcessIdentity | null
  /** Rejects when the connection broke: whether the command came to its end is unknown. */
  ended: Promise<Omit<Completed, 'stdout'>>
}

/** Sends a signal to the process group of a process over there. */
export type EndProcess = (identity: ProcessIdentity, signal: 'SIGTERM' | 'SIGKILL') => Promise<boolean>

/**
 * Starts a command in a channel of its own. It begins once onStart is done; its input is the caller's.
 * @throws MigratorError `connection-lost` when the channel ended before the command was started
 */
export async function openChannel(
  connection: SshConnection,
  actor: Actor,
  command: Omit<Command, 'input'>,
  endProcess: EndProcess,
): Promise<Channel> {
  const { bootstrap, script, rest, nonce } = channelScript(command, randomBytes(16).toString('hex'))
  const child = await connection.start(asActor(actor, bootstrap))
  const [stdin, stdout] = [child.stdin as Writable, child.stdout as Readable]
  stdin.on('error', () => undefined)
  const stderr = keepStderr(child)
  const closed = new Promise<void>((resolve) => {
    child.once('error', () => resolve())
    child.once('close', () => resolve())
  })
  const lost = () => connectionLost(connection.server.text, stderr())
  stdin.write(script)
  if (!command.onStart) stdin.write(rest)
  const head = await Promise.race([headOf(stdout, nonce), closed.then(() => null)])
  if (head === null) throw lost()
  if (command.onStart) {
    try {
      await command.onStart(head.identity)
    } catch (error) {
      child.kill('SIGKILL') // without its `g` the shell over there starts nothing
      throw error
    }
    stdin.write(rest)
  }
  const limit = limitTime(command, head.identity, endProcess)
  const ended = closed.then(async (): Promise<Omit<Completed, 'stdout'>> => {
    const timedOut = limit.done()
    const end = outcome(stderr(), nonce)
    if (end !== null) return { ...end, timedOut }
    // Killed outright, the shell over there tells nothing; nor does one whose connection broke.
    if (!(await connection.isAlive())) throw lost()
    return { exitCode: 128, signal: 'SIGKILL', stderr: withoutMarks(stderr(), nonce), timedOut }
  })
  ended.catch(() => undefined)
  return { stdin, stdout: head.stdout, identity: head.identity, ended }
}

/** Keeps the beginning, where the mark is, and the end. */
function keepStderr(child: ChildProcess): () => string {
  let text = ''
  child.stderr?.setEncoding('utf8').on('data', (more: string) => {
    text += more
    if (text.length > 2 * STDERR_LIMIT) text = text.slice(0, 4096) + text.slice(-STDERR_LIMIT)
  })
  return () => text
}

/** Reads up to the line that says who the process is; what follows is the command's own. */
function headOf(stdout: Readable, nonce: string): Promise<{ identity: ProcessIdentity; stdout: Readable } | null> {
  const mark = Buffer.from(`\n${nonce} `)
  return new Promise((resolve) => {
    let seen = Buffer.alloc(0)
    const take = (chunk: Buffer) => {
      seen = Buffer.concat([seen, chunk])
      const at = seen.indexOf(mark)
      const end = at === -1 ? -1 : seen.indexOf('\n', at + mark.length)
      if (end === -1) return
      stdout.off('data', take)
      stdout.pause()
      const [pid = '', startTime = '', bootId = ''] = seen.toString('latin1', at + mark.length, end).split(' ')
      const rest = new PassThrough()
      if (end + 1 < seen.length) rest.write(seen.subarray(end + 1))
      stdout.pipe(rest)
      resolve({ identity: { pid: Number(pid), startTime, bootId }, stdout: rest })
    }
    stdout.on('data', take)
    stdout.once('error', () => resolve(null))
  })
}

/** How the command ended, by the shell that waited for it. */
function outcome(stderr: string, nonce: string): Pick<Completed, 'exitCode' | 'signal' | 'stderr'> | null {
  const found = new RegExp(String.raw`\n${nonce} (\d+)\n`).exec(stderr)
  if (found === null) return null
  const code = Number(found[1])
  return { exitCode: code, signal: SIGNALS[code] ?? null, stderr: withoutMarks(stderr.slice(0, found.index), nonce) }
}

/** What ssh and a login shell said before the command was started is not the command's. */
const withoutMarks = (stderr: string, nonce: string): string => {
  const at = stderr.indexOf(`\n${nonce}\n`)
  return at === -1 ? stderr : stderr.slice(at + nonce.length + 2)
}

function limitTime(command: Omit<Command, 'input'>, identity: ProcessIdentity, endProcess: EndProcess) {
  let timedOut = false
  const stop = async () => {
    // When the connection is gone, so is the way to end anything over it: the channel's own end tells.
    await endProcess(identity, 'SIGTERM').catch(() => false)
    kill = setTimeout(() => endProcess(identity, 'SIGKILL').catch(() => false), 5000)
  }
  let kill: NodeJS.Timeout | undefined
  const expire = () => {
    timedOut = true
    void stop()
  }
  const limit = command.timeoutMilliseconds
  const timer = limit === undefined ? undefined : setTimeout(expire, limit)
  const abort = () => void stop()
  command.signal?.addEventListener('abort', abort, { once: true })
  if (command.signal?.aborted) abort()
  return {
    done: () => {
      clearTimeout(timer)
      clearTimeout(kill)
      command.signal?.removeEventListener('abort', abort)
      return timedOut
    },
  }
}
