import { z } from 'zod'
import type { Check } from './check.ts'

const Params = z.object({
  oldName: z.string(),
  toUrl: z.string(),
  address: z.string(),
  port: z.number(),
  tls: z.boolean(),
})

/** After a reload nginx's old workers answer for a moment longer. */
const RELOAD_MILLISECONDS = 5000

export const redirect: Check = {
  id: 'redirect',
  title: 'Old name sends visitors to the new one',
  run: async (context, params) => {
    const { oldName, toUrl, ...place } = Params.parse(params)
    const until = Date.now() + RELOAD_MILLISECONDS
    const ask = async () => {
      const answer = await context.host.request({ ...place, hostName: oldName, path: '/app?from=check' })
      const location = answer.headers['location'] ?? ''
      const right = [301, 302, 307, 308].includes(answer.status) && location.startsWith(`${toUrl}/app`)
      return { right, evidence: `${oldName} answers ${answer.status} → ${location || 'no location'}` }
    }
    let { right, evidence } = await ask()
    while (!right && Date.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, 300))
      ;({ right, evidence } = await ask())
    }
    return {
      status: right ? 'passed' : 'failed',
      critical: false,
      evidence,
      ...(right ? {} : { remedy: "Look at the redirect file in nginx's configuration." }),
    }
  },
}
