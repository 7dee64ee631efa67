import type { Command, Host } from '../host.ts'
import { onlyCertificates } from '../local/privileged-reads.ts'
import { type Actor, loginActor, otherActor } from './actor.ts'
import { type ActorShell, actorShell } from './actor-shell.ts'
import { openChannel } from './channel.ts'
import { ChannelSlots } from './channel-slots.ts'
import { SshConnection } from './connection.ts'
import * as reads from './file-reads.ts'
import * as writes from './file-writes.ts'
import { privileged } from './privileged.ts'
import * as processes from './processes.ts'
import { requestRemotely } from './request.ts'
import { runRemotely } from './run.ts'
import { parseServerName } from './server-name.ts'

export interface SshOptions {
  /** `[user@]host[:port]`; what is missing is left to the user's ssh configuration. */
  server: string
  /** Another configuration than the user's own: ssh -F. */
  sshConfig?: string | undefined
  /** Who owns the bench there, when that is not who logs in: commands run, and files are made, as this user. */
  owner?: string | undefined
}

/**
 * A server over the user's own OpenSSH: agent, configuration and known hosts as they are, never a password. There it needs a
 * POSIX shell, GNU coreutils, findutils and grep, and /proc. When the connection breaks, what waits fails with
 * `connection-lost`, and the next call makes a new one.
 * @throws MigratorError `server-name-invalid`; why there is no connection: connect-errors.ts; `remote-user-refused`, `remote-user-unknown`
 */
export async function sshHost(options: SshOptions): Promise<Host> {
  const connection = new SshConnection(parseServerName(options.server), options.sshConfig ?? null)
  const name = connection.server.text
  try {
    const login = await loginActor(await connection.shell())
    const isOther = options.owner !== undefined && options.owner !== login.userName
    const actor = isOther ? await otherActor(connection, login, options.owner ?? '') : login
    return remoteHost(name, connection, login, actor)
  } catch (error) {
    await connection.close()
    throw error
  }
}

async function remoteHost(name: string, connection: SshConnection, login: Actor, actor: Actor): Promise<Host> {
  const shell = actorShell(connection, actor)
  const loginShell = actorShell(connection, login)
  const slots = new ChannelSlots()
  const known = await addressesOf(loginShell)
  const endProcess: Host['endProcess'] = (identity, signal) => processes.endProcess(shell, identity, signal)
  const inSlot = async <Result>(work: () => Promise<Result>, until?: (result: Result) => Promise<unknown>) => {
    const free = await slots.take()
    try {
      const result = await work()
      if (until) until(result).then(free, free)
      else free()
      return result
    } catch (error) {
      free()
      throw error
    }
  }
  /** Who logs in does what needs root: by being root, or through sudo. */
  const by = <Asked extends Omit<Command, 'input'>>(command: Asked): { actor: Actor; command: Asked } => {
    if (!command.privileged) return { actor, command }
    const argv: Command['argv'] = login.userId === 0 ? command.argv : ['sudo', '-n', ...command.argv]
    return { actor: login, command: { ...command, argv } }
  }
  const run: Host['run'] = (wanted) =>
    inSlot(() => {
      const { actor: who, command } = by(wanted)
      const end: Host['endProcess'] = (identity, signal) =>
        processes.endProcess(wanted.privileged ? loginShell : shell, identity, signal)
      return runRemotely(connection, who, command, end)
    })
  const scriptOf =
    (who: Actor): writes.RunScript =>
    (script, input) =>
      inSlot(() =>
        runRemotely(
          connection,
          who,
          { argv: ['sh', '-c', script], environment: { LC_ALL: 'C' }, input, timeoutMilliseconds: 600_000 },
          endProcess,
        ),
      )
  const runScript = scriptOf(actor)
  const asRoot = privileged({ actor: login, shell: loginShell, runScript: scriptOf(login) }, run)
  return {
    name,
    userId: actor.userId,
    userName: actor.userName,
    status: (path) => reads.status(shell, path),
    readFile: async (path, read = {}) =>
      read.privileged
        ? Buffer.from(
            await asRoot.readAnyway({ kind: 'read', path }, async () =>
              (await reads.readWholeFile(shell, path)).toString('base64'),
            ),
            'base64',
          )
        : reads.readWholeFile(shell, path),
    list: async (path, read = {}) =>
      read.privileged
        ? (await asRoot.readAnyway({ kind: 'list', path }, async () => (await reads.readNames(shell, path)).join('\n')))
            .split('\n')
            .filter((entry) => entry !== '')
            .sort()
        : reads.readNames(shell, path),
    readCertificates: async (path) => {
      const text = await asRoot.readAnyway({ kind: 'certificates', path }, async () =>
        (await reads.readWholeFile(shell, path)).toString('latin1'),
      )
      return onlyCertificates(text)
    },
    readLink: (path) => reads.readLinkTarget(shell, path),
    realPath: (path) => reads.resolvePath(shell, path),
    writeFile: (path, content, write = {}) =>
      write.privileged
        ? asRoot.writeFile(path, Buffer.from(content), write.mode)
        : writes.writeFile(runScript, path, Buffer.from(content), write.mode),
    settleUnfinished: (path, write = {}) =>
      write.privileged ? asRoot.settleUnfinished(path) : writes.settleUnfinished(shell, path),
    makeDirectory: (path, mode) => writes.makeDirectory(shell, path, mode),
    writeLink: (path, text) => writes.writeLink(shell, path, text),
    rename: (from, to) => writes.rename(shell, from, to),
    remove: (path, how = {}) =>
      how.privileged ? asRoot.remove(path) : writes.remove(shell, path, how.recursive ?? false),
    run,
    addresses: () => known,
    freeBytes: (path) => reads.freeBytes(shell, path),
    freeInodes: (path) => reads.freeInodes(shell, path),
    processes: () => processes.processes(shell),
    processIdentity: (pid) => processes.processIdentity(shell, pid),
    isHiddenProcess: (pid) => processes.isHiddenProcess(shell, pid),
    listeners: () => processes.listeners(shell),
    request: (wanted) => requestRemotely(connection, wanted),
    privilege: asRoot.kind,
    reach: (endpoint) => connection.reach(endpoint),
    open: (wanted) =>
      inSlot(
        () => {
          const { actor: who, command } = by(wanted)
          return openChannel(connection, who, command, endProcess)
        },
        ({ ended }) => ended,
      ),
    endProcess,
    close: () => connection.close(),
  }
}

/** `ip` is there on every present system; `hostname -I` was before. */
async function addressesOf(shell: ActorShell): Promise<string[]> {
  const script = `ip -o addr show 2>/dev/null | awk '{ sub("/.*", "", $4); print $4 }' || hostname -I; uname -n`
  return (await shell.ask(script)).output
    .toString()
    .split(/\s+/)
    .filter((word) => word !== '')
}
