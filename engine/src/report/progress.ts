import type { RunEvent } from '../execution/environment.ts'
import { bytesText, durationText } from './amounts.ts'
import { shown } from './shown.ts'
import { marks, type Style } from './style.ts'

interface Sink {
  write(text: string): unknown
  columns?: number
}

/** Before this a step is too short to be worth a moving line. */
const QUIET_MILLISECONDS = 2000
const TERMINAL_INTERVAL = 200
const PLAIN_INTERVAL = 10_000

type Progress = Extract<RunEvent, { event: 'progress' }>

/**
 * One line a finished step, with its duration; rate and time left for what takes longer than two seconds, redrawn on a terminal, else a
 * line at most every ten seconds. `now` is the clock, in milliseconds.
 */
export function progressReporter(
  sink: Sink,
  options: { terminal: boolean; style: Style; now?: () => number },
): (event: RunEvent) => void {
  const { terminal, style, now = Date.now } = options
  let step = { text: '', started: now(), drawn: 0 }
  let moving = false
  const clear = () => {
    if (moving) sink.write('\r\u001b[2K')
    moving = false
  }
  const say = (text: string) => {
    clear()
    sink.write(`${text}\n`)
  }
  const draw = (text: string) => {
    // A line longer than the terminal is wide could not be redrawn.
    sink.write(`\r\u001b[2K${text.slice(0, (sink.columns ?? 80) - 1)}`)
    moving = true
  }
  const onProgress = (event: Progress) => {
    const time = now()
    const wait = terminal ? TERMINAL_INTERVAL : PLAIN_INTERVAL
    if (time - step.started < QUIET_MILLISECONDS || time - step.drawn < wait) return
    step.drawn = time
    const text = `    ${shown(progressText(event, time - step.started))}`
    if (terminal) draw(text)
    else say(text)
  }
  return (event) => {
    switch (event.event) {
      case 'phase':
        say(style.bold(event.phase.replaceAll('_', ' ')))
        break
      case 'step':
        step = {
          text: shown(`${event.direction === 'revert' ? 'undo: ' : ''}${event.describe}`),
          started: now(),
          drawn: now(),
        }
        if (terminal) draw(`  … ${step.text}`)
        break
      case 'step-done':
        say(`  ${style.good('done')} ${step.text} ${style.dim(durationText(event.milliseconds))}`)
        break
      case 'progress':
        onProgress(event)
        break
      case 'check':
        say(
          `  ${marks(style)[event.status] ?? event.status} ${shown(event.title)}${event.status === 'passed' ? '' : `: ${shown(event.evidence)}`}`,
        )
        break
      case 'failure':
        say(`  ${style.bad('FAIL')} ${shown(step.text === '' ? event.message : `${step.text}: ${event.message}`)}`)
        say(`       → ${event.decision.choice}: ${shown(event.decision.reason)}`)
        break
      case 'kept':
        say(`  ${style.warn('kept')} ${shown(event.what)}: ${shown(event.now)}`)
        break
      case 'warning':
        say(`  ${style.warn('warning')} ${shown(event.message)}`)
        break
    }
  }
}

function progressText({ done, total, unit, what }: Progress, elapsed: number): string {
  const rate = elapsed > 0 ? done / (elapsed / 1000) : 0
  const amount =
    unit === 'bytes'
      ? `${bytesText(done)} of ${bytesText(total)}, ${bytesText(rate)}/s`
      : `${done} of ${total} ${unit}, ${Math.round(rate)}/s`
  const left = rate > 0 && total > done ? `, ${durationText(((total - done) / rate) * 1000)} left` : ''
  return `${what}: ${amount}${left}`
}
