import { stat } from 'node:fs/promises'
import { userInfo } from 'node:os'
import type { AdministratorAccount } from '../database/server-place.ts'
import { MigratorError } from '../host/errors.ts'
import { readGiven } from './given-files.ts'

const usage = (code: string, message: string, evidence: string, hint: string): MigratorError =>
  new MigratorError({ code, kind: 'usage', message, evidence, untouched: 'Nothing was changed.', hint })

/**
 * The text of a file that holds a secret: nobody else may read it.
 * @throws MigratorError `file-unreadable`, `secret-file-open`
 */
export async function readSecretFile(path: string, what: string): Promise<string> {
  const text = await readGiven(path, what)
  const found = await stat(path)
  if ((found.mode & 0o077) === 0 && found.uid === userInfo().uid) return text
  throw usage(
    'secret-file-open',
    `${what} ${path} holds a secret, and others may read it.`,
    `mode ${(found.mode & 0o777).toString(8)}, user id ${found.uid}`,
    `chmod 600 ${path}, and let it belong to ${userInfo().username}.`,
  )
}

/**
 * Reads user, password and where to use them from a file as the MariaDB client reads it: `[client]`, `user=…`, `password=…`.
 * @throws MigratorError `option-file-incomplete` too
 */
export async function readOptionFile(path: string): Promise<AdministratorAccount> {
  const values = optionsIn(await readSecretFile(path, 'The option file'))
  const user = values.get('user')
  const password = values.get('password')
  if (user === undefined || password === undefined) {
    const missing = [user === undefined ? 'user' : null, password === undefined ? 'password' : null]
    throw usage(
      'option-file-incomplete',
      `The option file ${path} names no ${missing.filter((one) => one !== null).join(' and no ')}.`,
      path,
      "It must say: [client], then user=…, password=… (and host=…, port=… or socket=… where they are not the site's).",
    )
  }
  const [host, port, socket] = ['host', 'port', 'socket'].map((key) => values.get(key))
  const place =
    socket !== undefined
      ? { socket, host: null, port: null }
      : { ...(host === undefined ? {} : { host, socket: null }), ...(port === undefined ? {} : { port: Number(port) }) }
  return { user, password, place }
}

/** Of the groups a client reads; a later line wins. */
function optionsIn(text: string): Map<string, string> {
  const values = new Map<string, string>()
  let group = ''
  for (const line of text.split(/\r?\n/)) {
    group = /^\s*\[(.+?)\]/.exec(line)?.[1]?.toLowerCase() ?? group
    const [, key = '', value = ''] = /^\s*([\w-]+)\s*=\s*(.*?)\s*$/.exec(line) ?? []
    if (key !== '' && /^(client|mysql|mariadb|client-mariadb|client-server)$/.test(group))
      values.set(key.toLowerCase(), unquoted(value))
  }
  return values
}

const ESCAPES: Record<string, string> = { n: '\n', t: '\t', r: '\r', b: '\b', s: ' ' }

/** Quotes are left out, escapes are read, as the client does. */
function unquoted(value: string): string {
  const inner = /^"(.*)"$|^'(.*)'$/s.exec(value)
  const text = inner?.[1] ?? inner?.[2] ?? value
  return text.replace(/\\(.)/gs, (_, letter: string) => ESCAPES[letter] ?? letter)
}
