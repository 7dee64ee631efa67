import type { BenchFacts, SiteFacts } from '../../bench/bench-facts.ts'
import type { Area, Finding } from '../../bench/finding.ts'
import type { SiteDatabase } from '../../database/site-database.ts'
import type { Host, Listener, ProcessFacts } from '../../host/host.ts'
import type { RedisReading } from '../../services/redis-reading.ts'
import type { OtherBench } from './other-benches.ts'

/** What an analysis check may use. It never changes anything. What several checks want is read once, when the first one asks. */
export interface AnalysisContext {
  host: Host
  facts: BenchFacts
  /** The bench's path, and the real one where a link leads to it. */
  benchPaths: string[]
  /** The sites looked at fully: their databases are opened. */
  sites: SiteFacts[]
  now: Date
  processes(): Promise<ProcessFacts[]>
  listeners(): Promise<Listener[]>
  /** Benches beside this one, as far as they can be seen. */
  otherBenches(): Promise<OtherBench[]>
  /** What a Redis server says of itself. Never throws. */
  redis(url: string): Promise<RedisReading>
  /** Keeps the site's database open while `work` runs. Checks of a site run so already. */
  holding<Result>(site: SiteFacts, work: () => Promise<Result>): Promise<Result>
  /** The site's database, to be asked for only while the site is held; null when it cannot be opened, which is told by a check of its own. */
  database(site: SiteFacts): Promise<SiteDatabase | null>
  /** Why it cannot be opened; null when it can. */
  databaseProblem(site: SiteFacts): Promise<unknown>
  /** How supervisord is asked. */
  supervisorctl: [string, ...string[]]
  /** Where the kernel lists locks (/proc/locks). */
  kernelLocks: string
}

/** A finding of a check that can find only what it names in `finds`. The area is the check's own unless another is given. */
export type Found<Id extends string = string> = Finding & { id: Id }

interface Common<Id extends string> {
  readonly id: string
  readonly title: string
  readonly area: Area
  /** Limit of one run. Default 4,000. */
  readonly timeoutMilliseconds?: number
  /** What it can find: id → what that means, in a line (docs/findings.md is made of these). */
  readonly finds: Readonly<Record<Id, string>>
  /** Findings of the survey about the same subject that it tells better. */
  readonly replaces?: readonly string[]
}

/** A question about the bench and its machine. */
export interface BenchCheck<Id extends string = string> extends Common<Id> {
  readonly scope: 'bench'
  run(context: AnalysisContext): Promise<Found<NoInfer<Id>>[]>
}

/** A question about one site, asked of each that is looked at fully; a light one of all. */
export interface SiteCheck<Id extends string = string> extends Common<Id> {
  readonly scope: 'site'
  /** Asks no server: cheap enough to be asked of every site. */
  readonly light?: boolean
  run(context: AnalysisContext, site: SiteFacts): Promise<Found<NoInfer<Id>>[]>
}

/** One question of the analysis. One file each; registry.ts lists them. */
export type AnalysisCheck = BenchCheck | SiteCheck

export const benchCheck = <Id extends string>(check: Omit<BenchCheck<Id>, 'scope'>): BenchCheck<Id> => ({
  scope: 'bench',
  ...check,
})

export const siteCheck = <Id extends string>(check: Omit<SiteCheck<Id>, 'scope'>): SiteCheck<Id> => ({
  scope: 'site',
  ...check,
})
