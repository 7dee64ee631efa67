import { access, constants, readFile, stat } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { dirname, resolve } from 'node:path'
import { MigratorError } from '../host/errors.ts'
import { hasPrivilegedChannel } from '../host/local/privileged-channel.ts'

/** Who reads and writes: root starts the command, and the owner of the bench does the work. */
const worker = (): string =>
  hasPrivilegedChannel() ? `${userInfo().username}, who owns the bench and does the work` : userInfo().username

const refused = (code: string, message: string, evidence: string, hint: string, cause?: unknown): MigratorError =>
  new MigratorError({ code, kind: 'usage', message, evidence, untouched: 'Nothing was changed.', hint, cause })

/**
 * The text of a file that was named on the command line.
 * @throws MigratorError `file-unreadable`
 */
export async function readGiven(path: string, what: string): Promise<string> {
  return await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    const seen = `${resolve(path)}: ${cause.code}`
    if (cause.code === 'EACCES')
      throw refused(
        'file-unreadable',
        `${what} ${path} may not be read by ${worker()}.`,
        seen,
        `Put it where ${userInfo().username} can read it, or give the file to ${userInfo().username}.`,
        cause,
      )
    throw refused(
      'file-unreadable',
      `${what} ${path} cannot be read.`,
      seen,
      cause.code === 'EISDIR' ? 'Give a file, not a directory.' : 'Give the path of a file that is there.',
      cause,
    )
  })
}

/**
 * Found out before the work whose result shall be saved, not after it.
 * @throws MigratorError `out-unwritable`
 */
export async function refuseUnwritable(path: string): Promise<void> {
  const cannot = (evidence: string, hint: string, cause?: unknown) =>
    refused('out-unwritable', `The plan cannot be saved as ${path}.`, evidence, hint, cause)
  const directory = dirname(resolve(path))
  await access(directory, constants.W_OK).catch((cause: NodeJS.ErrnoException) => {
    throw cannot(
      `${directory}: ${cause.code}, for ${worker()}`,
      `Give a file in a directory that ${userInfo().username} may write to.`,
      cause,
    )
  })
  const found = await stat(path).catch(() => null)
  if (found?.isDirectory()) throw cannot(`${resolve(path)} is a directory`, 'Give the name of a file in it.')
}
