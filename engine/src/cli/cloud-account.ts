import { usageError } from '../host/errors.ts'
import { type CloudAccess, CloudClient, FRAPPE_CLOUD } from '../services/frappe-cloud/cloud-client.ts'

const KEY = 'FRAPPE_CLOUD_KEY'
const SECRET = 'FRAPPE_CLOUD_SECRET'
/** For an installation of press of one's own, and for tests. */
const ADDRESS = 'FRAPPE_CLOUD_URL'

interface Account {
  team: string | undefined
  signal: AbortSignal
  interactive: boolean
}

/**
 * A client with the key and secret of the environment, or of a prompt. They are kept in memory alone and taken out of the environment, so
 * that no program that is started gets them.
 * @throws MigratorError `frappe-cloud-key-missing`, `frappe-cloud-address`
 */
export async function cloudClient({ team, signal, interactive }: Account): Promise<CloudClient> {
  const address = cloudAddress()
  const given = { key: process.env[KEY] ?? '', secret: process.env[SECRET] ?? '' }
  delete process.env[KEY]
  delete process.env[SECRET]
  const asked = interactive && (given.key === '' || given.secret === '') ? await ask() : given
  // A line break or a letter outside ASCII can stand in no header: it would be told with the secret in the message.
  const usable = [asked.key, asked.secret].every((word) => /^[\x21-\x7e]+$/.test(word))
  if (usable) return new CloudClient({ address, ...asked, team, signal } satisfies CloudAccess)
  throw usageError(
    'frappe-cloud-key-missing',
    'The API key and secret of Frappe Cloud are missing, or hold what no key holds.',
    `Give them in the environment: ${KEY} and ${SECRET}; at a terminal they are asked for. They are made in the dashboard: Settings, Developer, API Access.`,
  )
}

async function ask(): Promise<{ key: string; secret: string }> {
  const { isCancel, password } = await import('@clack/prompts')
  const key = await password({ message: 'API key of Frappe Cloud (it is not stored):', output: process.stderr })
  if (isCancel(key)) return { key: '', secret: '' }
  const secret = await password({ message: 'Its secret (it is not stored):', output: process.stderr })
  return { key: key ?? '', secret: isCancel(secret) ? '' : (secret ?? '') }
}

function cloudAddress(): string {
  const text = process.env[ADDRESS] ?? FRAPPE_CLOUD
  const url = URL.parse(text)
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && url.hostname === '127.0.0.1')
  if (url !== null && isSafe) return url.origin
  throw usageError(
    'frappe-cloud-address',
    `${ADDRESS} is no address a key may be sent to.`,
    `Leave it away, or give one that begins with https://`,
    { evidence: url === null ? 'it is no address' : `${url.protocol}//${url.host}` },
  )
}
