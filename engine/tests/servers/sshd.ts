/**
 * A private OpenSSH server for tests: own host key, own list of accepted keys, free port of a loopback address, stopped by pid.
 * Started as root it lets every user of the machine in; as anybody else that user alone.
 */
import { execFile } from 'node:child_process'
import { appendFile, chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { startChild } from './child.ts'
import { freePort } from './mariadb.ts'

const run = promisify(execFile)

/** Who logs in: a key, the host keys it knows, and the ssh_config that names both (for `--ssh-config`). */
export interface SshClient {
  directory: string
  configPath: string
  keyPath: string
  knownHostsPath: string
  /** Adds lines to the configuration, before what stands there: in ssh_config the first value counts. */
  configure(lines: string[]): Promise<void>
  remove(): Promise<void>
}

export interface SshServer {
  address: string
  port: number
  pid: number
  directory: string
  /** `user@address:port`, as `--source-server` takes it. */
  server(user: string): string
  /** A line of known_hosts for this server's key, when it is reached by this port. */
  knownHostsLine(port: number): Promise<string>
  /** Ends the processes that serve connections, as a line that breaks would; the server itself stays. */
  cut(): Promise<void>
  /** Takes another host key, as a server that was installed anew, and starts again. */
  changeHostKey(): Promise<void>
  stop(): Promise<void>
}

export async function createSshClient(): Promise<SshClient> {
  const directory = await mkdtemp(path.join(tmpdir(), 'migrator-ssh-'))
  const [configPath, keyPath, knownHostsPath] = ['config', 'key', 'known_hosts'].map((name) =>
    path.join(directory, name),
  ) as [string, string, string]
  await makeKey(keyPath)
  await writeFile(knownHostsPath, '')
  const settings = [
    'Host *',
    `  IdentityFile ${keyPath}`,
    '  IdentitiesOnly yes',
    '  IdentityAgent none',
    `  UserKnownHostsFile ${knownHostsPath}`,
    '  GlobalKnownHostsFile /dev/null',
    '  UpdateHostKeys no',
    '',
  ].join('\n')
  await writeFile(configPath, settings)
  return {
    directory,
    configPath,
    keyPath,
    knownHostsPath,
    configure: async (lines) => writeFile(configPath, `${lines.join('\n')}\n${await readFile(configPath, 'utf8')}`),
    remove: () => rm(directory, { recursive: true, force: true }),
  }
}

/**
 * @param options.known false: the client does not know the host key yet
 * @param options.settings further lines of sshd_config, before the usual ones
 * @throws Error with sshd's words when it does not start
 */
export async function startSshd(
  client: SshClient,
  options: { address?: string; known?: boolean; settings?: string[] } = {},
): Promise<SshServer> {
  const address = options.address ?? '127.0.0.2'
  const directory = await mkdtemp(path.join(tmpdir(), 'migrator-sshd-'))
  // The server reads the accepted keys as the user who logs in.
  await chmod(directory, 0o755)
  const port = await freePort()
  const [hostKey, accepted, configPath] = ['host_key', 'authorized_keys', 'sshd_config'].map((name) =>
    path.join(directory, name),
  ) as [string, string, string]
  await makeKey(hostKey)
  await writeFile(accepted, await readFile(`${client.keyPath}.pub`, 'utf8'), { mode: 0o644 })
  const isRoot = process.getuid?.() === 0
  await writeFile(
    configPath,
    [
      ...(options.settings ?? []),
      `ListenAddress ${address}:${port}`,
      `HostKey ${hostKey}`,
      `AuthorizedKeysFile ${accepted}`,
      'PidFile none',
      'StrictModes no',
      'PermitRootLogin prohibit-password',
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      // Without it an account without a password counts as locked.
      `UsePAM ${isRoot ? 'yes' : 'no'}`,
      'PrintMotd no',
      'MaxStartups 100',
      '',
    ].join('\n'),
  )
  if (isRoot) await providePrivilegeSeparation()
  const launch = () =>
    startChild({
      argv: ['/usr/sbin/sshd', '-D', '-e', '-f', configPath],
      directory,
      logPath: path.join(directory, 'sshd.log'),
      ready: () => acceptsAt(address, port),
    })
  let child = await launch()
  const knownHostsLine = async (reached: number) => {
    const [type, key] = (await readFile(`${hostKey}.pub`, 'utf8')).split(' ')
    return `[${address}]:${reached} ${type} ${key}\n`
  }
  if (options.known !== false) await appendFile(client.knownHostsPath, await knownHostsLine(port))
  return {
    ...{ address, port, directory, knownHostsLine },
    get pid() {
      return child.pid
    },
    server: (user) => `${user}@${address}:${port}`,
    cut: () => endConnections(child.pid),
    changeHostKey: async () => {
      await endConnections(child.pid)
      await child.stop()
      await Promise.all([rm(hostKey), rm(`${hostKey}.pub`)])
      await makeKey(hostKey)
      child = await launch()
    },
    stop: async () => {
      await endConnections(child.pid)
      await child.stop()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

const makeKey = async (keyPath: string): Promise<void> => {
  await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'migrator-test', '-f', keyPath])
}

/** Debian makes it when the service starts; where none was ever started, it is missing. Empty and root's, it is left there: other servers may use it. */
const providePrivilegeSeparation = async (): Promise<void> => {
  await mkdir('/run/sshd', { recursive: true, mode: 0o755 })
}

/** A server's processes for its connections lead sessions of their own: only parentage tells whose they are. */
async function endConnections(server: number): Promise<void> {
  for (const pid of await childrenOf(server)) {
    for (const worker of await childrenOf(pid)) end(worker)
    end(pid)
  }
}

async function childrenOf(parent: number): Promise<number[]> {
  const found: number[] = []
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const isOpenssh = /^\d+ \(sshd/.test(stat)
    if (isOpenssh && Number(fields[1]) === parent) found.push(Number(name))
  }
  return found
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}

function acceptsAt(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, address)
    const answer = (accepted: boolean) => () => {
      socket.destroy()
      resolve(accepted)
    }
    socket.once('connect', answer(true))
    socket.once('error', answer(false))
  })
}
