import type { BenchFacts } from '../bench/bench-facts.ts'
import type { Finding } from '../bench/finding.ts'
import type { CheckResult } from '../checks/check.ts'
import { type DamagedRun, isOver } from '../execution/all-runs.ts'
import { type Elsewhere, wayTo } from '../execution/elsewhere.ts'
import { isPastReturn } from '../execution/retire.ts'
import type { RunSummary } from '../execution/run-directory.ts'
import { whatOf } from '../execution/run-words.ts'
import { shellWord } from '../host/shell-word.ts'

const waysOut = (run: RunSummary): string[] => [
  `Finish it: frappe-migrator resume --run ${run.run.id}`,
  ...(isPastReturn(run) ? [] : [`Or take it back: frappe-migrator rollback --run ${run.run.id}`]),
]

const evidenceOf = ({ run, state, lines }: RunSummary): string =>
  `${run.path}: ${state}, last line of its journal ${lines.at(-1)?.time ?? 'none'}`

/** A run that was begun and not ended leaves its site between two states. */
export function unfinishedFinding(run: RunSummary, facts: Pick<BenchFacts, 'path' | 'sites'>): Finding {
  const { oldDirectory, newDirectory } = run.plan.site
  const site =
    facts.sites.find(({ name }) => name === newDirectory) ?? facts.sites.find(({ name }) => name === oldDirectory)
  return {
    id: 'unfinished-run',
    severity: 'critical',
    title: `Run ${run.run.id} (${whatOf(run.plan)}) is not finished.`,
    evidence: evidenceOf(run),
    cause: 'It was interrupted, or it is at work at this moment.',
    remedies: waysOut(run),
    subject: run.plan.command === 'cleanup' ? facts.path : (site?.name ?? facts.path),
  }
}

/** A run whose record cannot be read may have stopped half way; nothing where its last line says that it is over. */
export function damagedFinding(damaged: DamagedRun, facts: Pick<BenchFacts, 'path'>): Finding[] {
  if (isOver(damaged)) return []
  const { run, plan, problem } = damaged
  return [
    {
      id: 'damaged-run',
      severity: 'critical',
      title: problem.message,
      evidence: problem.evidence ?? run.path,
      cause: 'Nobody can tell whether it stopped half way.',
      remedies: problem.hint === undefined ? [] : [problem.hint],
      subject: plan?.site.newDirectory ?? facts.path,
    },
  ]
}

/** A run over several places is kept with whoever ran it; its benches say where that is. */
export async function elsewhereFinding(
  pointer: Elsewhere,
  facts: Pick<BenchFacts, 'path' | 'sites'>,
): Promise<Finding> {
  const { run, what, unfinished, machine, user, directory, site } = pointer
  const known = facts.sites.find(({ name }) => name === site.newDirectory || name === site.oldDirectory)
  const common = { evidence: `${directory} on ${machine.name}`, subject: known?.name ?? facts.path }
  if (!unfinished)
    return {
      ...{ ...common, id: 'run-elsewhere', severity: 'information' },
      title: `Run ${run} (${what}) is done; it is kept on ${machine.name} by ${user}.`,
      remedies: [`To take it back. ${await wayTo(pointer, 'frappe-migrator rollback')}`],
    }
  return {
    ...{ ...common, id: 'unfinished-run', severity: 'critical' },
    title: `Run ${run} (${what}) is not finished; it is kept on ${machine.name} by ${user}.`,
    cause: 'It was interrupted, or it is at work at this moment.',
    remedies: [
      `Finish it. ${await wayTo(pointer, 'frappe-migrator resume')}`,
      `Or take it back. ${await wayTo(pointer, 'frappe-migrator rollback')}`,
      `Only when ${machine.name} is gone for good, here: frappe-migrator cleanup --run ${run} --abandon --bench ${shellWord(facts.path)}`,
    ],
  }
}

/** The same as an answer: nothing is proven about a site that is half renamed. */
export const unfinishedResult = (run: RunSummary): CheckResult => ({
  id: 'run-finished',
  title: `Run ${run.run.id} (${whatOf(run.plan)}) is finished`,
  status: 'failed',
  critical: true,
  evidence: `it is not: ${evidenceOf(run)}`,
  remedy: waysOut(run).join('. '),
})
