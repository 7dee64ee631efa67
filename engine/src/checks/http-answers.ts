import { z } from 'zod'
import type { Host, HttpResponse } from '../host/host.ts'
import type { Check, CheckResult } from './check.ts'

const Params = z.object({
  hostName: z.string(),
  address: z.string(),
  port: z.number(),
  tls: z.boolean(),
  /** Seconds a maintenance answer (503) may last: Frappe 16 caches configuration up to 60 s. */
  patienceSeconds: z.number(),
  /** Frappe's web server leaves assets to the proxy: asked directly it answers 404 for them. */
  asset: z.boolean(),
})
type Params = z.infer<typeof Params>

/** Answers of a site that is not up yet: in maintenance, its server just starting, or an old worker of nginx that is about to leave. */
const NOT_YET = new Set([404, 502, 503, 504])
/** How long an answer other than maintenance may last. */
const RELOAD_MILLISECONDS = 5000

async function patientRequest(host: Host, params: Params, path: string): Promise<HttpResponse> {
  const started = Date.now()
  for (;;) {
    const answer = await host.request({ ...params, path })
    const patience = Math.min(
      params.patienceSeconds * 1000,
      answer.status === 503 ? Number.POSITIVE_INFINITY : RELOAD_MILLISECONDS,
    )
    if (!NOT_YET.has(answer.status) || Date.now() - started > patience) return answer
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
}

function assetOf(html: string): string | null {
  return /(?:href|src)=["'](?:https?:\/\/[^/"']+)?(\/assets\/[^"'?]+\.(?:css|js))/.exec(html)?.[1] ?? null
}

async function look(host: Host, params: Params): Promise<Pick<CheckResult, 'status' | 'evidence'>> {
  const scheme = params.tls ? 'https' : 'http'
  const where = `${scheme}://${params.hostName} at ${params.address}:${params.port}`
  try {
    const login = await patientRequest(host, params, '/login')
    if (login.status !== 200) return { status: 'failed', evidence: `${where}: /login answers ${login.status}` }
    const asset = params.asset ? assetOf(login.body) : null
    if (asset === null) return { status: 'passed', evidence: `${where}: /login 200` }
    const { status } = await host.request({ ...params, path: asset })
    const evidence = `${where}: /login 200, ${asset} ${status}`
    return { status: status === 200 ? 'passed' : 'warning', evidence }
  } catch (error) {
    return { status: 'failed', evidence: `${where}: ${error instanceof Error ? error.message : String(error)}` }
  }
}

/** The login page and one asset by the site's name, through the proxy or directly from the web server. */
function httpAnswers(id: string, title: string): Check {
  return {
    id,
    title,
    run: async (context, params) => {
      const found = await look(context.host, Params.parse(params))
      const before = context.baseline(id)
      if (found.status !== 'failed') return { ...found, critical: true }
      const remedy = "Look at logs/web.error.log and nginx's error.log."
      // Asked for the first time it is only a fact; a site that did not answer before cannot be expected to answer after.
      if (before === undefined) return { ...found, critical: false, remedy }
      return {
        status: before.status === 'failed' ? 'warning' : 'failed',
        critical: true,
        evidence: found.evidence,
        remedy,
      }
    },
  }
}

export const httpProxy = httpAnswers('http-proxy', 'Site answers through the proxy')
export const httpDirect = httpAnswers('http-direct', 'Web server answers directly')
