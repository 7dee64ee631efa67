import type { Cause } from '../diagnosis/knowledge/cause.ts'
import type { RepairEntry } from '../report/render-repairs.ts'
import { guideFor } from '../workflows/fix-config/guide.ts'
import type { Mended } from '../workflows/fix-config/mend-bench.ts'

/** What became of a finding, as it is told. `planned`: nothing was to be done yet. */
export function entryOf(one: Mended, causes: readonly Cause[], bench: string, planned: boolean): RepairEntry {
  const { finding, proposal, chosen, run } = one
  const state = planned && one.state === 'left' ? 'planned' : one.state
  const site = proposal.site === null ? {} : { site: proposal.site }
  const guide = guideFor(finding, proposal.repair, causes, { bench, ...site })
  const isDone = state === 'repaired' || state === 'planned'
  return {
    ...{ finding: finding.id, subject: finding.subject, title: finding.title, evidence: finding.evidence },
    ...{ severity: finding.severity, cause: guide.cause, repair: proposal.repair?.id ?? null },
    remedy: chosen?.remedy.id ?? null,
    risk: chosen?.remedy.risk ?? 'high',
    state,
    steps: chosen?.plan.steps.map(({ describe }) => describe) ?? [],
    commands: chosen?.commands ?? [],
    run,
    rollback: run === null ? null : `frappe-migrator rollback --run ${run} --bench ${bench}`,
    guide: isDone || state === 'left' ? null : guide,
  }
}
