import { maskText } from '../rewrite/mask-text.ts'
import type { Step } from './knowledge/cause.ts'
import { dangersIn } from './knowledge/dangerous.ts'
import { PLACEHOLDER } from './knowledge/lint-cause.ts'

/** What placeholders stand for, as far as it is known: `site`, `bench`, and what patterns captured. */
export type Values = Readonly<Record<string, string>>

/** What a shell takes as one plain word. A value from a log that is anything else is never put into a command. */
const PLAIN_WORD = /^[\w@%+=:,./][\w@%+=:,./-]{0,200}$/
const LONGEST = 120

/**
 * A step with its placeholders filled in; `<name>` where a value is not known. Values come from a report somebody
 * else may have written: in a command only plain words are taken, and never one that makes the command dangerous.
 */
export function fillStep(step: Step, values: Values): Step {
  return {
    say: fillText(step.say, values),
    ...(step.command === undefined ? {} : { command: fillCommand(step.command, values) }),
    ...(step.expect === undefined ? {} : { expect: fillText(step.expect, values) }),
  }
}

function fillCommand(command: string, values: Values): string {
  const filled = command.replace(PLACEHOLDER, (_, name: string) => {
    const value = known(values, name)
    return value !== undefined && PLAIN_WORD.test(value) && maskText(value) === value ? value : `<${name}>`
  })
  return dangersIn(filled).length === 0 ? filled : command.replace(PLACEHOLDER, '<$1>')
}

const fillText = (text: string, values: Values): string =>
  text.replace(PLACEHOLDER, (_, name: string) => {
    const value = maskText(known(values, name) ?? '').replaceAll(/\s+/g, ' ')
    return value === '' ? `<${name}>` : value.slice(0, LONGEST)
  })

const known = (values: Values, name: string): string | undefined =>
  Object.hasOwn(values, name) ? values[name] : undefined
