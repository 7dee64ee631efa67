import { expression } from '../match/expression.ts'
import type { Cause, Pattern, Step } from './cause.ts'
import { dangersIn, dangersInProse } from './dangerous.ts'

/** `{name}` that is filled in when the advice is shown; not `${NAME}`, `{{ template }}` or `{a,b}`. */
export const PLACEHOLDER = /(?<![{$%\\])\{([a-z][a-z0-9_]*)\}(?!\})/g

/** Filled in from the command line or the bench. */
const known = new Set(['site', 'bench'])

/** Literals this common would wake an entry on every report. */
const SHORTEST_WORDS = /^(?:\W*(?:error|the|and|for|frappe|bench|file|line|python|site|http|failed)\W*)$/

/** What is wrong with an entry beyond its schema, in sentences. `file` is the name of its file. */
export function lintCause(cause: Cause, file: string): string[] {
  const patterns = [...cause.detection.patterns, ...cause.detection.counter_patterns]
  return [
    ...(file === `${cause.id}.yaml` ? [] : [`the file's name is not its id: ${file}, but id ${cause.id}`]),
    ...patterns.flatMap((pattern) => patternProblems(pattern)),
    ...namelessGroups(cause),
    ...dangerProblems(cause),
    ...(cause.detection.patterns.some((pattern) => pattern.weight >= 5)
      ? []
      : ['no pattern of weight 5 or more: hints alone never name a cause']),
  ]
}

function patternProblems(pattern: Pattern): string[] {
  const problems: string[] = []
  const name = `pattern "${pattern.text[0]}"`
  for (const literal of [...pattern.text, ...(pattern.near ?? []), ...(pattern.unless ?? [])]) {
    if (literal.trim().length < 3) problems.push(`${name}: "${literal}" is no anchor: three characters at least`)
    if (/[\n\r]/.test(literal)) problems.push(`${name}: a literal stands in one line: ${JSON.stringify(literal)}`)
  }
  for (const literal of pattern.text) {
    if (SHORTEST_WORDS.test(literal) && pattern.near === undefined && pattern.matching === undefined)
      problems.push(`${name}: "${literal}" alone stands in every report`)
  }
  if (pattern.within !== undefined && pattern.near === undefined && pattern.unless === undefined)
    problems.push(`${name}: within without near or unless says nothing`)
  if (pattern.matching !== undefined) {
    try {
      const made = expression(pattern.matching)
      if (made.matches('')) problems.push(`${name}: matching matches nothing at all: ${pattern.matching}`)
    } catch (error) {
      problems.push(`${name}: RE2 does not take ${pattern.matching}: ${error instanceof Error ? error.message : error}`)
    }
  }
  return problems
}

const stepsOf = (cause: Cause): Step[] => [...cause.solution_steps, ...cause.validation]

/** Placeholders that nothing fills. */
function namelessGroups(cause: Cause): string[] {
  const groups = new Set(cause.detection.patterns.flatMap(({ matching }) => groupsOf(matching)))
  const used = stepsOf(cause).flatMap((step) =>
    [step.say, step.command ?? '', step.expect ?? ''].flatMap((text) => [...text.matchAll(PLACEHOLDER)]),
  )
  const unknown = new Set(used.map(([, name = '']) => name).filter((name) => !known.has(name) && !groups.has(name)))
  return [...unknown].map((name) => `{${name}} is neither site nor bench nor a named group of a pattern`)
}

function groupsOf(matching: string | undefined): string[] {
  return [...(matching ?? '').matchAll(/\(\?P?<([A-Za-z_]\w*)>/g)].map(([, name = '']) => name)
}

/** Dangerous commands may stand in dangerous_advice alone. */
function dangerProblems(cause: Cause): string[] {
  const commands = stepsOf(cause).flatMap(({ command }) => (command === undefined ? [] : [command]))
  const prose = [
    cause.title,
    cause.explanation,
    ...stepsOf(cause).flatMap((step) => [step.say, ...(step.expect === undefined ? [] : [step.expect])]),
  ]
  const told = (text: string) => (danger: string) => `dangerous, may only stand in dangerous_advice: ${danger}: ${text}`
  return [
    ...commands.flatMap((text) => dangersIn(text).map(told(text))),
    ...prose.flatMap((text) => dangersInProse(text).map(told(text.slice(0, 120)))),
  ]
}
