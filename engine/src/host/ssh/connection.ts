import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Endpoint } from '../host.ts'
import { connectError, connectionLost } from './connect-errors.ts'
import { FramedShell } from './framed-shell.ts'
import { type ServerName, serverWords } from './server-name.ts'

/** A line that is dead is noticed after three of these, in seconds. */
const ALIVE_SECONDS = 5

/** The user's own configuration holds, but for what would ask, tell on, or get in the way of a program. */
const OPTIONS = [
  'BatchMode=yes',
  'ConnectTimeout=15',
  `ServerAliveInterval=${ALIVE_SECONDS}`,
  'ServerAliveCountMax=3',
  'ControlPersist=no',
  'ForwardAgent=no',
  'ForwardX11=no',
  'PermitLocalCommand=no',
  'RemoteCommand=none',
  'RequestTTY=no',
  'EscapeChar=none',
  'LogLevel=INFO',
  'StreamLocalBindUnlink=yes',
  'StreamLocalBindMask=0177',
].flatMap((option) => ['-o', option])

/** The path of a unix socket may have 107 bytes, and ssh adds 17 while it makes it. */
const LONGEST_DIRECTORY = 60

/**
 * One connection to a server over the user's own OpenSSH, used by everything that speaks to it (ControlMaster). It is made
 * when first needed, and made anew when it broke; sockets that were forwarded keep their names.
 */
export class SshConnection {
  readonly server: ServerName
  readonly configPath: string | null
  readonly #forwarded = new Map<string, { endpoint: Endpoint; local: string; ready: Promise<void> }>()
  #directory: Promise<string> | null = null
  #shell: Promise<FramedShell> | null = null
  #master: ChildProcess | null = null

  constructor(server: ServerName, configPath: string | null) {
    this.server = server
    this.configPath = configPath
  }

  /**
   * The shell of the user who logs in.
   * @throws MigratorError saying why there is no connection (connect-errors.ts)
   */
  shell(): Promise<FramedShell> {
    if (this.#shell === null) {
      const attempt = this.#connect()
      this.#shell = attempt
      attempt.catch(() => {
        if (this.#shell === attempt) this.#shell = null
      })
    }
    return this.#shell
  }

  /** Whether the connection that was there is there still. */
  async isAlive(): Promise<boolean> {
    if (this.#shell === null) return false
    return this.#shell
      .then((shell) => shell.ask(':'))
      .then(
        () => true,
        () => false,
      )
  }

  /** Starts ssh with a command for the other side in a channel of the connection that is there. */
  async start(remote: string): Promise<ChildProcess> {
    await this.shell()
    return this.#spawn(['-o', 'ControlMaster=no', '-o', 'ClearAllForwardings=yes'], remote)
  }

  /** See Host.reach. */
  async reach(endpoint: Endpoint): Promise<Endpoint> {
    await this.shell()
    const key = JSON.stringify(endpoint)
    const known = this.#forwarded.get(key)
    if (known) {
      await known.ready
      return { socket: known.local }
    }
    const local = join(await this.#privateDirectory(), String(this.#forwarded.size))
    const ready = this.#forward(endpoint, local)
    this.#forwarded.set(key, { endpoint, local, ready })
    ready.catch(() => this.#forwarded.delete(key))
    await ready
    return { socket: local }
  }

  async close(): Promise<void> {
    await this.#shell?.catch(() => null)
    const master = this.#master
    if (master !== null) {
      const ended = new Promise((resolve) => master.once('close', resolve))
      // Channels that somebody forgot would keep it for ever.
      master.kill('SIGTERM')
      await ended
    }
    this.#forwarded.clear()
    if (this.#directory !== null) await rm(await this.#directory, { recursive: true, force: true })
    this.#directory = null
    this.#shell = null
  }

  async #connect(): Promise<FramedShell> {
    await this.#privateDirectory()
    const child = await this.#spawn(['-o', 'ControlMaster=yes', '-o', 'ClearAllForwardings=yes'], 'exec sh')
    this.#master = child
    child.once('close', () => {
      if (this.#master === child) this.#master = null
    })
    let refused = ''
    const shell = new FramedShell(child, ({ answered, stderr }) => {
      refused = stderr
      if (answered) this.#shell = null
      return answered ? connectionLost(this.server.text, stderr) : new Error(stderr)
    })
    try {
      await shell.ask(':')
    } catch {
      const verbose = await this.#askVerbosely()
      throw connectError(this.server, this.configPath, { words: refused, verbose })
    }
    for (const forwarded of this.#forwarded.values())
      forwarded.ready = this.#forward(forwarded.endpoint, forwarded.local)
    await Promise.all([...this.#forwarded.values()].map(({ ready }) => ready))
    return shell
  }

  async #forward(endpoint: Endpoint, local: string): Promise<void> {
    const remote = 'socket' in endpoint ? endpoint.socket : `${bracketed(endpoint.host)}:${endpoint.port}`
    const { code, stderr } = await this.#control(['-O', 'forward', '-L', `${local}:${remote}`])
    if (code !== 0) throw connectionLost(this.server.text, `${remote} could not be forwarded: ${stderr}`)
  }

  async #control(words: string[]): Promise<{ code: number; stderr: string }> {
    const argv = [...(await this.#words()), ...words, ...serverWords(this.server)]
    return new Promise((resolve) => {
      execFile('ssh', argv, (error, _, stderr) => resolve({ code: error === null ? 0 : 1, stderr: stderr.trim() }))
    })
  }

  /** What ssh tells of the server's key and of ours, once it has refused. */
  #askVerbosely(): Promise<string> {
    const configuration = this.configPath === null ? [] : ['-F', this.configPath]
    const argv = [...configuration, '-v', ...OPTIONS, '-o', 'ControlPath=none', ...serverWords(this.server), 'exit']
    return new Promise((resolve) => {
      execFile('ssh', argv, { timeout: 20_000 }, (_error, _stdout, stderr) => resolve(stderr))
    })
  }

  async #spawn(options: string[], remote: string): Promise<ChildProcess> {
    const argv = [...(await this.#words()), '-T', ...options, ...serverWords(this.server), remote]
    // In a group of its own: what a terminal sends to us is not for it.
    return spawn('ssh', argv, { detached: true, stdio: ['pipe', 'pipe', 'pipe'] })
  }

  async #words(): Promise<string[]> {
    const configuration = this.configPath === null ? [] : ['-F', this.configPath]
    return [...configuration, ...OPTIONS, '-S', join(await this.#privateDirectory(), 'c')]
  }

  #privateDirectory(): Promise<string> {
    const base = Buffer.byteLength(tmpdir()) > LONGEST_DIRECTORY ? '/tmp' : tmpdir()
    this.#directory ??= mkdtemp(join(base, 'frappe-migrator-'))
    return this.#directory
  }
}

/** An address of IPv6 is bracketed in a forwarding. */
const bracketed = (host: string): string => (host.includes(':') ? `[${host}]` : host)
