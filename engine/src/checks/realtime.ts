import { z } from 'zod'
import type { Check } from './check.ts'

const Params = z.object({
  hostName: z.string(),
  /** Where visitors come in; null when no proxy serves the site. */
  door: z.object({ address: z.string(), port: z.number(), tls: z.boolean() }).nullable(),
  /** The bench's own realtime server. */
  port: z.number(),
  listening: z.boolean(),
  /** Whether anything of the bench answers at all: where nothing runs, that realtime does not is no finding. */
  benchRuns: z.boolean(),
})

/** The first request of a browser's client; also a server of the protocol before answers it, with an error of its own. */
const HANDSHAKE = '/socket.io/?EIO=4&transport=polling'

/** Whether realtime (progress bars, notifications, desk updates) answers, through the proxy where there is one. */
export const realtime: Check = {
  id: 'realtime',
  title: 'Realtime answers',
  run: async (context, params) => {
    const { hostName, door, port, listening, benchRuns } = Params.parse(params)
    const direct = { address: '127.0.0.1', port, tls: false }
    const at = door ?? direct
    const where = `${at.tls ? 'https' : 'http'}://${hostName} at ${at.address}:${at.port}/socket.io`
    if (!benchRuns) return { status: 'not-applicable', critical: false, evidence: 'the bench does not run' }
    if (!listening)
      return {
        status: 'warning',
        critical: false,
        evidence: `nobody listens on socketio_port ${port}`,
        remedy:
          'Start it with the bench (supervisor: …-node-socketio); until then nothing in the desk updates by itself.',
      }
    try {
      const answer = await context.host.request({ ...at, hostName, path: HANDSHAKE })
      if (isEngine(answer)) return { status: 'passed', critical: false, evidence: `${where}: ${answer.status}` }
      return {
        status: 'failed',
        critical: false,
        evidence: `${where}: ${answer.status}, while port ${port} listens`,
        remedy: 'The proxy does not pass /socket.io on to it: bench setup nginx, and look at the location /socket.io.',
      }
    } catch (error) {
      const evidence = `${where}: ${error instanceof Error ? error.message : String(error)}`
      return { status: 'failed', critical: false, evidence, remedy: 'Look at logs/node-socketio.error.log.' }
    }
  },
}

/** An opened session (`0{"sid":…`), or the engine's refusal (`{"code":5,"message":…}`). */
const isEngine = ({ status, body }: { status: number; body: string }): boolean =>
  (status === 200 && body.includes('"sid"')) || (status === 400 && /"code":\s*\d/.test(body))
