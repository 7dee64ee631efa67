import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { isUnfinished } from '../../../src/execution/unfinished.ts'
import type { Boundary } from './boundaries.ts'
import { type Ends, runsOf } from './matrix.ts'
import type { KillStage } from './stage.ts'

const command = (stage: KillStage, ...parameters: string[]) => stage.command(...parameters, '--no-interactive').ended

/** Killed at a boundary of the cleanup: resumed it retires what it was to retire; a rollback takes all back, or says that it is too late. */
export async function killedCleanup(stage: KillStage, { start, end }: Ends, at: Boundary): Promise<void> {
  stage.fresh()
  const kill = async () => {
    assert.equal(await stage.drive('rename'), 'done')
    assert.equal(await stage.drive('cleanup', at), null, 'the driver was killed')
  }
  await kill()
  stage.keep()
  await resumedIsRetired(stage)
  assert.equal(await stage.state(), end, 'a cleanup leaves the site alone')
  await stage.keepForLater(end)

  await stage.again(kill)
  const first = await command(stage, 'rollback')
  const tooLate = first.code === 3 && /can only go on|retired/.test(first.stderr)
  const [rename] = await runsOf(stage)
  if (tooLate || rename?.state === 'retired') {
    await resumedIsRetired(stage)
    assert.equal(await stage.state(), end)
    await stage.keepForLater(end)
    return
  }
  assert.equal(first.code, 0, first.stderr)
  // It took back the cleanup, or, where that had not begun, the rename itself.
  if (rename?.state === 'done') assert.equal((await command(stage, 'rollback')).code, 0)
  assert.equal(await stage.state(), start)
  await stage.keepForLater(start)
}

/** Goes on with a killed cleanup; one that had not begun is begun again. */
export async function resumedIsRetired(stage: KillStage): Promise<void> {
  const resumed = await command(stage, 'resume')
  assert.equal(resumed.code, 0, resumed.stderr)
  const begun = (await runsOf(stage)).some(({ plan, lines }) => plan.command === 'cleanup' && lines.length > 0)
  if (!begun) assert.equal((await command(stage, 'cleanup', '--yes')).code, 0)
  for (const run of (await runsOf(stage)).filter(({ lines }) => lines.length > 0)) {
    assert.equal(run.state, 'retired', run.run.id)
    assert.equal(isUnfinished(run), false)
    if (run.plan.command === 'rename-domain') assert.equal(existsSync(run.run.vault), false, 'its vault is gone')
  }
}
