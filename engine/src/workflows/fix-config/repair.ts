import type { BenchFacts, SiteFacts } from '../../bench/bench-facts.ts'
import type { Finding } from '../../bench/finding.ts'
import type { MachinePlaces } from '../../checks/finding-gone.ts'
import type { Host } from '../../host/host.ts'
import type { Json } from '../../host/json.ts'

/** low: does nothing that somebody could miss · medium: asks first · high: only ever told, step by step. */
export type Risk = 'low' | 'medium'

/** A step as a repair writes it; plan-repair.ts makes a plan's step of it. */
export interface RepairStep {
  kind: string
  params: { [key: string]: Json | undefined }
}

/** What is planned for one finding. */
export interface RepairPlan {
  steps: RepairStep[]
  /** What somebody would type to do the same by hand. */
  commands: string[]
  /** A word of the evidence that tells this finding from others of its id and subject. */
  mark?: string
  /** How long a service may take to come up before the fault counts as still there. Default 0. */
  patienceSeconds?: number
}

/** What repairs plan with: facts, and the files to read. Planning changes nothing. */
export interface RepairLook {
  host: Host
  facts: BenchFacts
  /** All findings of this round: a repair may have to wait for another. */
  findings: readonly Finding[]
  places: MachinePlaces
  supervisorctl: [string, ...string[]]
}

export interface Remedy {
  /** Stable: outcomes are counted under it. */
  id: string
  risk: Risk
  /** In a few words, for a list: `set maintenance_mode to 0`. */
  describe: string
  /** What is expected before anything was seen: how often it worked and did not, as if it had been tried. */
  prior: { worked: number; failed: number }
  /** null: it does not apply here. */
  plan(look: RepairLook, finding: Finding): Promise<RepairPlan | null> | RepairPlan | null
}

/** How one kind of fault is mended: one file in repairs/, one line in registry.ts. */
export interface Repair {
  /** Name of its file; knowledge entries name it under `fix`. */
  id: string
  /** Findings of analyze-site it is for. */
  findings: readonly string[]
  /** Entry of the knowledge base that explains the fault. */
  cause: string | null
  /** Tried in this order, unless what was seen on this machine speaks for another of the same risk. */
  remedies: readonly Remedy[]
}

/**
 * Whether root's rights are at hand for any command. Root's own `fix-config` continues as the owner of the bench, and a root that
 * listens to the owner gives nothing but nginx's files and the hosts file: owners and services it would not change.
 */
export async function mayBeRoot({ host }: RepairLook): Promise<boolean> {
  return host.userId === 0 || (await host.privilege()) === 'sudo'
}

/** The site whose directory, name or file a finding is about; undefined: it is the bench's. */
export const siteOf = ({ sites }: BenchFacts, { subject }: Finding): SiteFacts | undefined =>
  sites.find(({ name, path }) => subject === name || subject === path || subject.startsWith(`${path}/`))

/** The configuration file a finding about a site or the bench is in. */
export const configOf = (facts: BenchFacts, finding: Finding): string =>
  siteOf(facts, finding)?.config.path ?? facts.commonConfig.path
