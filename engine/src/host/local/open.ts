import type { Readable, Writable } from 'node:stream'
import type { Command, Completed, OpenedProcess } from '../host.ts'
import { announce, feedSecrets, limitChild, startChild } from './child.ts'
import { processIdentity } from './processes.ts'

const STDERR_LIMIT = 64 * 1024

/** See Host.open. */
export async function open(command: Omit<Command, 'input'>): Promise<OpenedProcess> {
  const child = startChild(command)
  let stderr = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-STDERR_LIMIT)
  })
  const closed = new Promise<{ exitCode: number; signal: string | null }>((resolve) => {
    child.once('error', (error) => {
      stderr += `${error.message}\n`
      resolve({ exitCode: 127, signal: null })
    })
    child.once('close', (code, signal) => resolve({ exitCode: code ?? 128, signal }))
  })
  // Both are pipes: see startChild. Who writes to a program that has ended learns it from `ended`.
  const [stdin, stdout] = [child.stdin as Writable, child.stdout as Readable]
  stdin.on('error', () => undefined)
  const pid = child.pid
  if (pid === undefined) {
    return { stdin, stdout, identity: null, ended: closed.then((how) => ({ ...how, stderr, timedOut: false })) }
  }
  const identity = await processIdentity(pid)
  await announce(pid, command.onStart)
  feedSecrets(child, command.secrets ?? [])
  const limit = limitChild(pid, command, command.timeoutMilliseconds ?? null)
  const ended = closed.then((how): Omit<Completed, 'stdout'> => ({ ...how, stderr, timedOut: limit.done() }))
  return { stdin, stdout, identity, ended }
}
