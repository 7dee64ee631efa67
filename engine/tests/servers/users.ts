/**
 * Users for tests that need two: made by root and removed again, with a home of their own. Where the tests do not run as root, the
 * present user stands in for everybody.
 */
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmod, chown, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

export interface TestUser {
  name: string
  uid: number
  gid: number
  /** 0755: other servers' programs look into it as they would into /home/frappe. */
  home: string
  /** The user and the home with all that is in it. */
  remove(): Promise<void>
}

/** @throws Error with useradd's words */
export async function createUser(purpose: string): Promise<TestUser> {
  const home = await mkdtemp(path.join(tmpdir(), `migrator-home-${purpose}-`))
  await chmod(home, 0o755)
  const removeHome = () => rm(home, { recursive: true, force: true })
  if (process.getuid?.() !== 0) {
    const { username, uid, gid } = userInfo()
    return { name: username, uid, gid, home, remove: removeHome }
  }
  const name = `migrator-${purpose.slice(0, 8)}-${randomBytes(4).toString('hex')}`
  await run('useradd', ['--home-dir', home, '--no-create-home', '--shell', '/bin/bash', '--password', '*', name])
  const [uid, gid] = await Promise.all(['-u', '-g'].map(async (flag) => Number((await run('id', [flag, name])).stdout)))
  if (uid === undefined || gid === undefined) throw new Error(`${name} has no number`)
  await chown(home, uid, gid)
  return {
    ...{ name, uid, gid, home },
    remove: async () => {
      // --force: a connection of the test may just be ending.
      await run('userdel', ['--force', name]).catch((error: unknown) => {
        // 6: it is gone already; its mail spool never was there (12).
        if (!(error instanceof Error && 'code' in error && (error.code === 6 || error.code === 12))) throw error
      })
      await removeHome()
    },
  }
}
