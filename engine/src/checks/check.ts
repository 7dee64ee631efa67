import type { Place, PlaceName } from '../bench/place.ts'
import type { SiteDatabase } from '../database/site-database.ts'
import type { Host } from '../host/host.ts'
import type { Json } from '../host/json.ts'

export interface CheckResult {
  id: string
  title: string
  status: 'passed' | 'failed' | 'warning' | 'not-applicable'
  /** A failed critical check blocks a run before it starts, and is a failure of the run after it. */
  critical: boolean
  evidence: string
  remedy?: string | undefined
  /** What the same check compares with when it is asked again after the change. */
  seen?: Json | undefined
}

/** What a check may use; host, bench and site are those of its own place. It never changes anything. */
export interface CheckContext {
  host: Host
  benchPath: string
  /** The site's directory as it is called now. */
  siteDirectory: string
  database(): Promise<SiteDatabase>
  /** One of the two benches of a transfer. @throws where the plan has one bench alone */
  place(name: PlaceName): Place
  /** Vault of the run under verification; null when a check runs on its own. */
  vault: string | null
  /** What a step of the run recorded when it was done. */
  afterOf(stepId: string): Json | undefined
  /** The same check's result from before the change, where the plan ran it then too. */
  baseline(id: string): CheckResult | undefined
  signal: AbortSignal
}

/** One question about the world. One file each; registry.ts lists them. */
export interface Check {
  readonly id: string
  readonly title: string
  run(context: CheckContext, params: Json): Promise<Omit<CheckResult, 'id' | 'title'>>
}

/** Runs a check; one that breaks is a failed check, never a crash. */
export async function runCheck(check: Check, context: CheckContext, params: Json): Promise<CheckResult> {
  try {
    return { id: check.id, title: check.title, ...(await check.run(context, params)) }
  } catch (error) {
    const evidence = error instanceof Error ? error.message : String(error)
    return {
      id: check.id,
      title: check.title,
      status: 'failed',
      critical: false,
      evidence: `could not be checked: ${evidence}`,
    }
  }
}
