import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { constants } from 'node:os'
import { join } from 'node:path'
import { MigratorError } from '../errors.ts'
import type { Host } from '../host.ts'
import { shellWord } from '../shell-word.ts'
import { answerPrivileged, PRIVILEGED_CHANNEL } from './privileged-channel.ts'

/**
 * The work is done by the bench's owner, so that nothing in the bench ends up owned by root. Started as root, the command goes on
 * in a child that runs as the owner; this process stays to do, on request, the few things that need root, and does not return.
 * @param typed the command that was typed, such that it works in any directory.
 * @throws MigratorError `wrong-user` for anybody else.
 */
export async function becomeOwner(host: Host, benchPath: string, typed: string): Promise<void> {
  const status = await host.status(join(benchPath, 'sites'))
  if (!status || status.userId === host.userId) return
  const owner = await accountOf(status.userId)
  if (host.userId === 0) {
    process.exit(await continueAs(status.userId, status.groupId, owner))
  }
  throw new MigratorError({
    code: 'wrong-user',
    kind: 'refused',
    message: `The bench ${benchPath} belongs to ${owner.name}, and you are ${host.userName}.`,
    untouched: 'Nothing was changed.',
    hint: `Run it as its owner: sudo -iu ${owner.name}, then: cd ${shellWord(benchPath)} && ${typed}. Or as root, which continues as ${owner.name} by itself: sudo ${typed}`,
    failureClass: 'permission',
  })
}

async function accountOf(userId: number): Promise<{ name: string; home: string }> {
  const line = (await readFile('/etc/passwd', 'utf8'))
    .split('\n')
    .find((entry) => entry.split(':')[2] === String(userId))
  const fields = line?.split(':') ?? []
  return { name: fields[0] ?? String(userId), home: fields[5] ?? '/' }
}

function continueAs(userId: number, groupId: number, owner: { name: string; home: string }): Promise<number> {
  const child = spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
    uid: userId,
    gid: groupId,
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, HOME: owner.home, USER: owner.name, LOGNAME: owner.name, [PRIVILEGED_CHANNEL]: '1' },
  })
  answerPrivileged(child)
  // The terminal sends its signals to the child too; this process only waits for it.
  process.on('SIGINT', () => undefined)
  process.on('SIGHUP', () => undefined)
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)))
  })
}
