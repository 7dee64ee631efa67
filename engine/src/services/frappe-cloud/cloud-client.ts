import { setTimeout as wait } from 'node:timers/promises'
import { z } from 'zod'
import { cloudErrors } from './cloud-errors.ts'

/** Where the dashboard and its interface are. */
export const FRAPPE_CLOUD = 'https://cloud.frappe.io'

export interface CloudAccess {
  /** Without a slash at its end. */
  address: string
  key: string
  secret: string
  /** Name of the team, where the user is in several. */
  team?: string | undefined
  signal: AbortSignal
  /** First pause before a repetition; doubled each time. Default 1,000. */
  pauseMilliseconds?: number
}

/** Times a request is repeated that can be: the server was busy, broken or out of reach. */
const REPETITIONS = 5
const REQUEST_MILLISECONDS = 60_000
const LONGEST_WAIT_MILLISECONDS = 120_000

/** How often a method may be asked: `read` again and again, `once` only while it certainly was not carried out. */
export type Repeat = 'read' | 'once'

/** Calls whitelisted methods of press, the software of Frappe Cloud. Holds the key and secret and shows them to nobody. */
export class CloudClient {
  readonly #access: CloudAccess

  constructor(access: CloudAccess) {
    this.#access = access
  }

  get signal(): AbortSignal {
    return this.#access.signal
  }

  /** `https:`, but for a test's own server. */
  get protocol(): string {
    return new URL(this.#access.address).protocol
  }

  /**
   * The `message` of a method's answer (frappe/handler.py: whitelisted methods by POST).
   * @throws MigratorError see cloudErrors
   */
  async call(method: string, parameters: object, repeat: Repeat = 'read'): Promise<unknown> {
    const pause = this.#access.pauseMilliseconds ?? 1000
    for (let attempt = 0; ; attempt += 1) {
      const answer = await this.#post(method, parameters)
      const again = isPassing(answer, repeat)
      if (!again || attempt >= REPETITIONS) return this.#read(answer)
      const asked = answer.retryAfterSeconds === null ? pause * 2 ** attempt : answer.retryAfterSeconds * 1000
      if (asked > LONGEST_WAIT_MILLISECONDS) return this.#read(answer)
      await wait(asked, undefined, { signal: this.#access.signal })
    }
  }

  async #post(method: string, parameters: object): Promise<Answer> {
    const { address, key, secret, team, signal } = this.#access
    try {
      const response = await fetch(`${address}/api/method/${method}`, {
        method: 'POST',
        headers: {
          // frappe/auth.py validate_auth_via_api_keys; press/utils/__init__.py get_current_team.
          authorization: `token ${key}:${secret}`,
          accept: 'application/json',
          'content-type': 'application/json',
          ...(team === undefined ? {} : { 'x-press-team': team }),
        },
        body: JSON.stringify(parameters),
        // The key goes to nobody but the address it was meant for.
        redirect: 'error',
        signal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_MILLISECONDS)]),
      })
      const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN)
      const text = await response.text()
      return { status: response.status, text, retryAfterSeconds: retryAfter >= 0 ? retryAfter : null, problem: null }
    } catch (problem) {
      signal.throwIfAborted()
      return { status: 0, text: '', retryAfterSeconds: null, problem }
    }
  }

  #read(answer: Answer): unknown {
    const { status, text, problem } = answer
    if (problem !== null) throw cloudErrors.unreachable(this.#masked(reasonOf(problem)), problem)
    const body = bodyOf(text)
    if (status >= 200 && status < 300 && body !== null) return body.message ?? null
    const said = this.#masked(saidIn(body, status))
    if (status === 401) throw cloudErrors.keyRefused(said)
    if (status === 403) throw cloudErrors.notPermitted(said)
    if (status === 404) throw cloudErrors.notFound(said)
    if (status === 429) throw cloudErrors.busy(said)
    if (status >= 500) throw cloudErrors.unreachable(said)
    throw body === null || status < 400 ? cloudErrors.strange(said) : cloudErrors.refused(said)
  }

  /** A server that quotes what it was sent gives the secret back. */
  #masked(text: string): string {
    const { key, secret } = this.#access
    return [secret, key].reduce((masked, one) => (one === '' ? masked : masked.replaceAll(one, '***')), text)
  }
}

interface Answer {
  /** 0: there was none. */
  status: number
  text: string
  retryAfterSeconds: number | null
  problem: unknown
}

/** Too many requests: it was not carried out. A broken answer of the server leaves open whether it was. */
const isPassing = ({ status, problem }: Answer, repeat: Repeat): boolean =>
  status === 429 || (repeat === 'read' && (problem !== null || status >= 500))

const Body = z.looseObject({
  message: z.unknown().optional(),
  exc_type: z.string().optional(),
  /** JSON of a list of JSON (frappe/utils/response.py make_logs). */
  _server_messages: z.string().optional(),
})
type Body = z.infer<typeof Body>

function bodyOf(text: string): Body | null {
  try {
    return Body.safeParse(JSON.parse(text)).data ?? null
  } catch {
    return null // A page of a proxy before the server.
  }
}

function saidIn(body: Body | null, status: number): string {
  const told = body?._server_messages === undefined ? null : serverMessage(body._server_messages)
  return [`HTTP ${status}`, body?.exc_type, told].filter(Boolean).join(', ').slice(0, 500)
}

function serverMessage(text: string): string | null {
  try {
    const messages = z.array(z.string()).parse(JSON.parse(text))
    const told = messages.map((one) => z.object({ message: z.string() }).parse(JSON.parse(one)).message)
    return told.join('; ').replace(/<[^>]*>/g, '')
  } catch {
    return null // Said in a form nobody reads.
  }
}

/** fetch says `fetch failed`; why stands in its cause. */
function reasonOf(problem: unknown): string {
  if (!(problem instanceof Error)) return String(problem)
  return problem.cause instanceof Error ? problem.cause.message : problem.message
}
