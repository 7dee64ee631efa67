import { type Area, areas } from '../../bench/finding.ts'
import { analysisChecks } from './registry.ts'
import { surveyFindings } from './survey-areas.ts'

/** What the runner itself says of a check. */
const RUNNER: [string, string][] = [
  ['check-timeout', 'a check took too long and was left out; the rest of the report stands'],
  ['check-failed', 'a check could not look; its words say why'],
]

/** docs/findings.md: every id there is, by area. Ids are stable: repairs and knowledge entries name them. */
export function findingsPage(): string {
  const rows = new Map<Area, Map<string, [string, string]>>(areas.map((area) => [area, new Map()]))
  for (const [id, [area, meaning]] of Object.entries(surveyFindings)) rows.get(area)?.set(id, [meaning, 'survey'])
  for (const { area, finds, id: check } of analysisChecks) {
    for (const [id, meaning] of Object.entries(finds)) rows.get(area)?.set(id, [meaning, check])
  }
  const sections = [...rows].map(([area, found]) => {
    const lines = [...found]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([id, [meaning, by]]) => `| \`${id}\` | ${meaning} | ${by} |`)
    return `## ${area}\n\n| id | meaning | found by |\n|---|---|---|\n${lines.join('\n')}\n`
  })
  return `# Findings of analyze-site

Every id that \`analyze-site\` can print, made from the code by \`node scripts/findings.ts\` (in \`engine/\`). Ids are stable: repairs of
\`fix-config\` and \`confirmed_by\` of the knowledge base name them. "survey" notices while it reads the bench; the others are
checks in \`engine/src/checks/analysis/\`. \`critical\` and \`warning\` make the exit code 2, \`information\` does not.

${sections.join('\n')}
## any area

${RUNNER.map(([id, meaning]) => `- \`${id}\`: ${meaning}`).join('\n')}
`
}
