import type { Command, Completed } from '../host.ts'
import type { Actor } from './actor.ts'
import { type EndProcess, openChannel } from './channel.ts'
import type { SshConnection } from './connection.ts'

const OUTPUT_LIMIT = 32 * 1024 * 1024

/** See Host.run: one channel, its output kept. */
export async function runRemotely(
  connection: SshConnection,
  actor: Actor,
  command: Command,
  endProcess: EndProcess,
): Promise<Completed> {
  const limited = { ...command, timeoutMilliseconds: command.timeoutMilliseconds ?? 60_000 }
  const { stdin, stdout, ended } = await openChannel(connection, actor, limited, endProcess)
  const output: Buffer[] = []
  let kept = 0
  stdout.on('data', (chunk: Buffer) => {
    kept += chunk.length
    if (kept <= OUTPUT_LIMIT) output.push(chunk)
  })
  const read = new Promise<void>((resolve) => stdout.once('close', resolve))
  stdin.end(command.input ?? '')
  const how = await ended
  await read
  return { ...how, stdout: Buffer.concat(output).toString() }
}
