import { type Elsewhere, forgetElsewhere, wayTo } from '../../execution/elsewhere.ts'
import { removeForeignLock } from '../../execution/lock.ts'
import { attend, confirmTyped } from '../attendance.ts'
import type { AttendedOptions } from '../options.ts'
import { nothingDone, printJson } from '../print-json.ts'
import type { RunsSession } from '../session.ts'

/**
 * `cleanup --run ID --abandon` on a bench that only knows where the run is kept: for when that machine is gone for good. Removes the
 * note and the lock of the run, and nothing that the run did.
 * @throws MigratorError `bench-locked` when its process can be looked at, and lives
 */
export async function forgetPointer(
  { host, benchPath }: RunsSession,
  pointer: Elsewhere,
  options: AttendedOptions,
): Promise<number> {
  const { run, what, machine, user } = pointer
  const attended = attend(options)
  try {
    process.stderr.write(
      `Run ${run} (${what}) is kept on ${machine.name} by ${user}. Only there it can be finished or taken back:\n  ${await wayTo(pointer, 'frappe-migrator resume')}\nWhen that machine is gone for good, this bench can forget the run. What the run did here stays as it is: look at it with frappe-migrator analyze-site.\n`,
    )
    const agreed =
      options.yes || (attended.interactive && (await confirmTyped(`Is ${machine.name} gone for good?`, 'gone')))
    if (benchPath === null || !agreed) {
      process.stderr.write(`Nothing was changed.${attended.interactive ? '' : ' Add --yes to forget it.'}\n`)
      if (options.json) printJson(nothingDone(run))
      return 0
    }
    const unlocked = await removeForeignLock(host, benchPath, run)
    await forgetElsewhere(host, benchPath, run)
    process.stderr.write(`Forgotten${unlocked ? ', and its lock removed' : ''}.\n`)
    if (options.json) printJson({ run, state: 'forgotten', unlocked })
    return 0
  } finally {
    attended.release()
  }
}
