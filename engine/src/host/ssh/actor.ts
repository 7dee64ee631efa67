import { MigratorError } from '../errors.ts'
import { shellWord } from '../shell-word.ts'
import type { SshConnection } from './connection.ts'
import type { FramedShell } from './framed-shell.ts'

/** Somebody who does things on the server: who logs in, or whom she becomes there. */
export interface Actor {
  userId: number
  userName: string
  /** Words before a command that make it run as this user; empty for who logs in. */
  prefix: string[]
}

const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** Who logs in. @throws MigratorError as SshConnection.shell does */
export async function loginActor(shell: FramedShell): Promise<Actor> {
  const { output } = await shell.ask('id -u && id -un')
  const [userId, userName] = output.toString().trim().split('\n')
  return { userId: Number(userId), userName: userName ?? '', prefix: [] }
}

/**
 * Another user of the server: root becomes her without a question; anybody else asks sudo, which must not ask back.
 * @throws MigratorError `remote-user-unknown`, `remote-user-refused`
 */
export async function otherActor(connection: SshConnection, login: Actor, userName: string): Promise<Actor> {
  const shell = await connection.shell()
  const name = shellWord(userName)
  const { code, output } = await shell.ask(`id -u -- ${name} && id -g -- ${name} && getent passwd ${name} | cut -d: -f6
    command -v setpriv`)
  const [userId, groupId, home, setpriv] = output.toString().trim().split('\n')
  if (Number.isNaN(Number(userId ?? Number.NaN)) || home === undefined) {
    throw unknown(connection.server.text, userName, output.toString().trim() || `exit ${code}`)
  }
  const environment = ['env', '-i', `PATH=${SYSTEM_PATH}`, `HOME=${home}`, `USER=${userName}`, `LOGNAME=${userName}`]
  if (login.userId === 0) {
    const become =
      setpriv === undefined
        ? ['runuser', '-u', userName, '--']
        : ['setpriv', `--reuid=${userId}`, `--regid=${groupId}`, '--init-groups']
    return { userId: Number(userId), userName, prefix: [...become, ...environment] }
  }
  const sudo = ['sudo', '-n', '-u', userName, '--']
  const tried = await shell.ask(`${sudo.map(shellWord).join(' ')} true`)
  if (tried.code !== 0) throw refused(connection.server.text, login, userName, tried.output.toString().trim())
  return { userId: Number(userId), userName, prefix: [...sudo, ...environment] }
}

/** What the login shell is given to start `words` as this user. */
export const asActor = (actor: Actor, words: string[]): string =>
  ['exec', ...[...actor.prefix, ...words].map(shellWord)].join(' ')

const unknown = (server: string, userName: string, evidence: string): MigratorError =>
  new MigratorError({
    code: 'remote-user-unknown',
    kind: 'refused',
    message: `There is no user ${userName} on ${server}.`,
    evidence,
    untouched: 'Nothing was changed.',
    hint: `Look who owns the bench there: ls -ld of its sites directory.`,
    failureClass: 'configuration',
  })

function refused(server: string, login: Actor, userName: string, evidence: string): MigratorError {
  const host = server.replace(/^[^@]*@/, '')
  return new MigratorError({
    code: 'remote-user-refused',
    kind: 'refused',
    message: `The bench on ${server} belongs to ${userName}; you log in as ${login.userName}, who may not act for ${userName} without a password.`,
    evidence,
    untouched: 'Nothing was changed.',
    hint: `Log in as ${userName} (${userName}@${host}) or as root (root@${host}), or allow it there in sudoers: ${login.userName} ALL=(${userName}) NOPASSWD: ALL`,
    failureClass: 'permission',
  })
}
