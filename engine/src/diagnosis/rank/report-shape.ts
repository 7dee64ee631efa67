import type { ReportLine } from '../text/prepare-report.ts'
import { frameParts } from './frame-parts.ts'
import { importKinds } from './import-kind.ts'

/** The outline of a report, without its words. */
export function shape(lines: readonly ReportLine[]): Map<string, number> {
  const found = new Map<string, number>()
  const count = (kind: ReportLine['kind']): number => lines.filter((line) => line.kind === kind).length
  const text = lines.map((line) => line.text).join('\n')
  const flag = (name: string, is: boolean): void => {
    if (is) found.set(`s:${name}`, 1)
  }
  const frames = lines.filter((line) => line.kind === 'frame')
  const owner = frameParts(frames.at(-1)?.text ?? '').find(
    (part) => part.startsWith('f:owner') || part === 'f:library' || part === 'f:bench',
  )
  flag('traceback', count('frame') > 0)
  flag('no traceback', count('frame') === 0)
  flag(`ends in ${owner}`, frames.length > 0)
  flag('command', count('command') > 0)
  flag(
    'processes',
    lines.some((line) => line.process !== null),
  )
  flag('short', text.length < 200)
  flag('long', text.length > 800)
  flag('question', /\bhow (?:do|can|to)\b|\?\s*$/im.test(text))
  flag(
    'through the desk',
    /desk\/form\/(?:save|load)\.py|savedocs|query_report|frappe\.ui\.form|request\.js/.test(text),
  )
  flag('job', /background_jobs\.py|rq\/(?:worker|job)\.py/.test(text))
  flag('migrate', /patch_handler\.py|frappe\/migrate\.py|Executing \S+\.patches|Updating DocTypes/.test(text))
  flag(
    'doctype controller',
    frames.some((frame) => /\/doctype\//.test(frame.text) && !/core\/doctype\/doctype/.test(frame.text)),
  )
  flag('application exception', /frappe\.exceptions\.(?!CSRF|IncorrectSitePath|SessionBoot|QueryDeadlock)/.test(text))
  flag(
    'javascript in the page',
    /bundle\.\w+\.js:\d|\.min\.js|frappe\.ui\./.test(text) && /TypeError|ReferenceError/.test(text),
  )
  flag('docker', /docker|container|compose|kubectl|helm/i.test(text))
  for (const kind of importKinds(text)) flag(`import: ${kind}`, true)
  return found
}
