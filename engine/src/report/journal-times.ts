import type { JournalLine } from '../execution/journal.ts'
import type { Phase } from '../execution/plan.ts'

export interface JournalTimes {
  /** Milliseconds in which some process worked on the run. */
  active: number
  phases: ReadonlyMap<Phase, number>
  /** Milliseconds in maintenance on the way there; null when maintenance was not both begun and ended. */
  downtime: number | null
  /** The same on the way back. */
  rollbackDowntime: number | null
  /** Since when the site is still in maintenance. */
  maintenanceSince: string | null
}

/** Times as the journal has them; the days between a kill and its resume are nobody's work. */
export function journalTimes(lines: JournalLine[]): JournalTimes {
  return { ...activeTimes(lines), ...maintenanceTimes(lines) }
}

function activeTimes(lines: JournalLine[]): Pick<JournalTimes, 'active' | 'phases'> {
  const phases = new Map<Phase, number>()
  let active = 0
  let phase: Phase | null = null
  let state: Extract<JournalLine, { type: 'state' }> | null = null
  for (const [index, line] of lines.entries()) {
    const before = lines[index - 1]
    if (line.type === 'state') phase = null
    // A rollback right after a failure is the same process going on; everything else that changes state is a new one.
    const goesOn = line.type !== 'state' || (state?.state === 'running' && state.pid === line.pid)
    if (before && (goesOn || !['running', 'rolling-back'].includes(line.state))) {
      const spent = Math.max(0, Date.parse(line.time) - Date.parse(before.time))
      active += spent
      if (phase !== null) phases.set(phase, (phases.get(phase) ?? 0) + spent)
    }
    if (line.type === 'state') state = line
    if (line.type === 'phase') phase = line.event === 'begin' ? line.phase : null
  }
  return { active, phases }
}

/** Step ids by which a plan puts the site into maintenance and takes it out again. */
export const MAINTENANCE = { on: 'maintenance-on', off: 'maintenance-off' }
/** What ends it for the visitors: of a transfer the site is open again elsewhere. */
const ENDS = new Set([MAINTENANCE.off, 'open-target'])

function maintenanceTimes(
  lines: JournalLine[],
): Pick<JournalTimes, 'downtime' | 'rollbackDowntime' | 'maintenanceSince'> {
  let downtime: number | null = null
  let rollbackDowntime: number | null = null
  let open: { since: string; wayBack: boolean } | null = null
  for (const line of lines) {
    if (line.type !== 'intent' && line.type !== 'done' && line.type !== 'reverted') continue
    const { type, step, time } = line
    // Killed before `done` the flag may have been set already, so the intent counts until then.
    if (step === MAINTENANCE.on && type !== 'reverted') open = { since: time, wayBack: false }
    if (ENDS.has(step) && type === 'reverted') open = { since: time, wayBack: true }
    const ends = (ENDS.has(step) && type === 'done') || (step === MAINTENANCE.on && type === 'reverted')
    if (!ends || open === null) continue
    const spent = Date.parse(time) - Date.parse(open.since)
    if (open.wayBack) rollbackDowntime = (rollbackDowntime ?? 0) + spent
    else downtime = (downtime ?? 0) + spent
    open = null
  }
  return { downtime, rollbackDowntime, maintenanceSince: open?.since ?? null }
}
