import type { RunEvent } from '../execution/environment.ts'
import { bytesText, durationText } from './amounts.ts'
import { maskText } from './mask.ts'
import type { Style } from './style.ts'

interface Sink {
  write(text: string): unknown
}

/** Before this a step is too short to be worth a moving line. */
const QUIET_MILLISECONDS = 2000
const TERMINAL_INTERVAL = 200
const PLAIN_INTERVAL = 10_000

/** One line a finished step; rate and time left for what takes longer than two seconds, redrawn on a terminal, else every ten seconds. */
export function progressReporter(sink: Sink, options: { terminal: boolean; style: Style }): (event: RunEvent) => void {
  const { terminal, style } = options
  let started = 0
  let shown = 0
  let drawn = false
  const clear = () => {
    if (drawn) sink.write('\r\u001b[2K')
    drawn = false
  }
  const say = (text: string) => {
    clear()
    sink.write(`${maskText(text)}\n`)
  }
  return (event) => {
    switch (event.event) {
      case 'phase':
        say(style.bold(event.phase.replaceAll('_', ' ')))
        break
      case 'step':
        started = Date.now()
        shown = started
        if (event.direction === 'revert') say(`  undo: ${event.describe}`)
        else say(`  ${event.describe}`)
        break
      case 'step-done':
        if (event.milliseconds >= QUIET_MILLISECONDS) say(`    ${style.dim(durationText(event.milliseconds))}`)
        break
      case 'progress': {
        const now = Date.now()
        if (now - started < QUIET_MILLISECONDS || now - shown < (terminal ? TERMINAL_INTERVAL : PLAIN_INTERVAL)) break
        shown = now
        const text = progressText(event, now - started)
        if (terminal) {
          sink.write(`\r\u001b[2K    ${text}`)
          drawn = true
        } else say(`    ${text}`)
        break
      }
      case 'check':
        say(
          `  ${marks(style)[event.status] ?? event.status} ${event.title}${event.status === 'passed' ? '' : `: ${event.evidence}`}`,
        )
        break
      case 'failure':
        say(`  ${style.bad('failed:')} ${event.message} → ${event.decision.choice} (${event.decision.reason})`)
        break
      case 'kept':
        say(`  ${style.warn('kept:')} ${event.what}: ${event.now}`)
        break
    }
  }
}

function progressText(event: Extract<RunEvent, { event: 'progress' }>, elapsed: number): string {
  const { done, total, unit, what } = event
  const rate = done / (elapsed / 1000)
  const amount =
    unit === 'bytes'
      ? `${bytesText(done)} of ${bytesText(total)}, ${bytesText(rate)}/s`
      : `${done} of ${total} ${unit}, ${Math.round(rate)}/s`
  const left = rate > 0 && total > done ? `, ${durationText(((total - done) / rate) * 1000)} left` : ''
  return `${what}: ${amount}${left}`
}

export function marks(style: Style): Record<string, string> {
  return {
    passed: style.good('ok  '),
    failed: style.bad('FAIL'),
    warning: style.warn('warn'),
    'not-applicable': style.dim('n/a '),
  }
}
