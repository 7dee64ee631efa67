import { setTimeout as delay } from 'node:timers/promises'
import { MigratorError } from '../host/errors.ts'
import { planForwardSite } from '../services/nginx/plan-forward.ts'
import { ForwardRequest } from '../services/nginx/serve-request.ts'
import type { ChangeContext } from './change.ts'
import { nginxEdit } from './nginx-edit.ts'

/** Frappe 16 may go by a configuration it read up to a minute ago (frappe/config.py): until then the target still says 503. */
const ANSWERS_WITHIN_MILLISECONDS = 75_000
const BETWEEN_MILLISECONDS = 1_000

/** The nginx that served the site hands its visitors on to where the site is now. */
export const forwardSite = nginxEdit({
  kind: 'forward-site',
  request: ForwardRequest,
  edits: (facts, request) => planForwardSite(facts, request).edits,
  describe: ({ names, target, redirectTo }, paths) =>
    `Hand visitors of ${names.join(', ')} on to ${redirectTo ?? target?.address ?? ''} (${paths.join(', ')}), check with nginx -t, reload`,
  names: ({ names }) => ({ after: names, before: names }),
  beforehand: answersThere,
})

/** @throws MigratorError `forward-unreachable` when the site does not answer at the target, asked from the source. */
async function answersThere(context: ChangeContext, { target, redirectTo, mainName }: ForwardRequest): Promise<void> {
  if (target === null || redirectTo !== null) return
  const tls = target.authorities !== null
  const ask = async (): Promise<string | null> => {
    try {
      const { address, port } = target
      const request = { address, port, tls, hostName: mainName, path: '/api/method/ping' }
      const { status } = await context.host.request({ ...request, timeoutMilliseconds: 10_000 })
      return status === 200 ? null : `HTTP ${status}`
    } catch (error) {
      return error instanceof Error ? error.message : String(error)
    }
  }
  let problem = await ask()
  for (const until = Date.now() + ANSWERS_WITHIN_MILLISECONDS; problem !== null && Date.now() < until; ) {
    if (context.signal.aborted || !problem.startsWith('HTTP 503')) break
    await delay(BETWEEN_MILLISECONDS)
    problem = await ask()
  }
  if (problem === null) return
  throw new MigratorError({
    code: 'forward-unreachable',
    kind: 'failed',
    message: `${mainName} does not answer at ${target.address}:${target.port} when it is asked from ${context.host.name}.`,
    evidence: `GET ${tls ? 'https' : 'http'}://${target.address}:${target.port}/api/method/ping, Host: ${mainName}: ${problem}`,
    untouched: 'The source goes on answering as before this step.',
    hint: 'Open that port for the source, or leave the forward out with --no-forward.',
    failureClass: 'service',
  })
}
