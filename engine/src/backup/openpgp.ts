import { spawn } from 'node:child_process'
import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { PassThrough, type Readable, type Writable } from 'node:stream'
import type { Damage } from './backup-facts.ts'

type Failure = Omit<Damage, 'afterBytes'>

export interface Decryption {
  /** What gpg has decrypted so far. It is checked only at its end: use nothing of it before `outcome` has said null. */
  output: Readable
  /** null when gpg decrypted it all and its integrity code fits. Settles after the output has ended or was left. */
  outcome: Promise<Failure | null>
  /** Ends gpg, for whoever has seen enough. */
  stop(): void
}

/**
 * Decrypts a file that `gpg --symmetric` wrote (Frappe's encrypted backups), with the user's own gpg in a key ring directory of its own.
 * The passphrase goes through an inherited descriptor: it stands in no argument, no environment and no file.
 */
export async function decrypt(file: string, passphrase: string): Promise<Decryption> {
  const home = await mkdtemp(path.join(tmpdir(), 'gpg-'))
  const handle = await open(file, 'r')
  // With the passphrase given, no agent is needed: one would stay behind.
  const options = [
    '--batch',
    '--no-tty',
    '--quiet',
    '--no-autostart',
    '--no-symkey-cache',
    '--pinentry-mode',
    'loopback',
  ]
  const child = spawn('gpg', ['--homedir', home, ...options, '--passphrase-fd', '3', '--status-fd', '4', '--decrypt'], {
    stdio: [handle.fd, 'pipe', 'pipe', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], LC_ALL: 'C' },
  })
  const output = child.stdout ?? new PassThrough().end()
  const status: Buffer[] = []
  const errors: Buffer[] = []
  child.stderr?.on('data', (chunk: Buffer) => errors.push(chunk))
  const statusPipe = child.stdio[4] as Readable | null
  statusPipe?.on('data', (chunk: Buffer) => status.push(chunk))
  const secret = child.stdio[3] as Writable | null
  // A gpg that ends without reading it is judged by its exit code.
  secret?.on('error', () => undefined)
  secret?.end(`${passphrase}\n`)
  const ended = new Promise<number | Error>((resolve) => {
    child.once('error', resolve)
    child.once('close', (code) => resolve(code ?? 128))
  })
  await handle.close()
  const outcome = ended.then(async (code) => {
    await rm(home, { recursive: true, force: true })
    return judge(code, Buffer.concat(status).toString(), Buffer.concat(errors).toString())
  })
  return { output, outcome, stop: () => child.kill() }
}

/** Whether the whole file decrypts and is what was encrypted; for when its content turned out to be broken. */
export async function checkEncryption(file: string, passphrase: string): Promise<Failure | null> {
  const { output, outcome } = await decrypt(file, passphrase)
  output.resume()
  return outcome
}

function judge(code: number | Error, status: string, errors: string): Failure | null {
  const said = errors.trim().split('\n').slice(0, 4).join('; ')
  if (code instanceof Error) {
    const missing = 'code' in code && code.code === 'ENOENT'
    return { kind: missing ? 'gpg-missing' : 'unreadable', said: code.message }
  }
  if (code === 0 && status.includes('[GNUPG:] DECRYPTION_OKAY')) return null
  if (/problem reading source|read error/i.test(errors)) return { kind: 'truncated', said }
  if (/\[GNUPG:\] BADMDC|manipulated|invalid packet|mdc_packet|Checksum error/i.test(status + errors))
    return { kind: 'tampered', said }
  return {
    kind: status.includes('BEGIN_DECRYPTION') && !/bad session key/i.test(errors) ? 'tampered' : 'wrong-key',
    said,
  }
}
