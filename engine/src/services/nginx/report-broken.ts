import type { Draft } from './draft.ts'
import type { NginxFacts } from './nginx-facts.ts'

/** Says of every file that nginx could not read, or we may not, that nothing is edited before it is mended. */
export function reportBroken(facts: NginxFacts, draft: Draft): void {
  for (const { path, problem } of facts.files) if (problem !== null) reportFile(draft, path, problem)
}

function reportFile(draft: Draft, path: string, problem: string): void {
  const line = Number(/^line (\d+)/.exec(problem)?.[1] ?? 0)
  const { text } = draft.file(path)
  const start =
    text
      .split('\n')
      .slice(0, line - 1)
      .join('\n').length + (line > 1 ? 1 : 0)
  draft.problem(
    path,
    line === 0 ? null : { start, end: start },
    problem,
    problem.startsWith('cannot be read')
      ? 'Let the owner of the bench read the file, so that a name served twice can be noticed.'
      : 'Correct the file first (`nginx -t` names the same place); nothing in it can be edited safely.',
  )
}
