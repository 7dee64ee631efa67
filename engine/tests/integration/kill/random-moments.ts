import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { seededRandom } from '../../../src/sandbox/seeded-random.ts'
import { type Running, renameArguments, start, until } from './command.ts'
import { type Ends, goesOn, runsOf } from './matrix.ts'
import { type KillStage, PROVE } from './stage.ts'

/** From the start of a command to the moment at which it may leave something behind, and to its end, as long as this machine takes. */
interface Span {
  begin: number
  end: number
}

/**
 * The real command line, killed at random moments. What goes on is killed too, and gone on with once more. A moment after the end
 * finds a run that is done, one before its beginning nothing at all: both are ends that hold.
 */
export async function randomMoments(t: TestContext, stage: KillStage, ends: Ends, quick: number): Promise<void> {
  const seed = process.env['MIGRATOR_SEED'] ?? String(Date.now())
  const random = seededRandom(seed)
  const rename = () => start(stage.benchPath, renameArguments(stage.request), stage.environment)
  const goOn = (action: 'resume' | 'rollback') => stage.command(action, '--no-interactive')
  const spans = await measured(stage, rename, goOn)
  const momentIn = ({ begin, end }: Span) => begin + ((end - begin) * random.below(10_000)) / 10_000
  for (let number = 1; number <= (PROVE ? 30 : quick); number += 1) {
    const [moment, later, back] = [momentIn(spans.rename), momentIn(spans.rename), momentIn(spans.rollback)]
    const name = `killed at random moment ${number} of seed ${seed}: ${[moment, later, back].map(Math.round).join(', ')} ms`
    let whole = false
    await t.test(name, async () => {
      stage.fresh()
      const kill = () => killAfter(rename(), moment)
      await kill()
      stage.keep()
      await killAfter(goOn('resume'), later)
      await goesOn(stage, ends, 'resume')
      await stage.again(kill)
      await killAfter(goOn('rollback'), back)
      await goesOn(stage, ends, 'rollback')
      whole = true
    })
    if (!whole) return
  }
  await t.test(`all of seed ${seed} looked at again`, () => stage.lookAgain())
}

async function killAfter(running: Running, milliseconds: number): Promise<void> {
  const over = await Promise.race([running.ended.then(() => true), delay(milliseconds, false)])
  if (!over) running.signal('SIGKILL')
  await running.ended
}

async function measured(
  stage: KillStage,
  rename: () => Running,
  goOn: (action: 'rollback') => Running,
): Promise<Record<'rename' | 'rollback', Span>> {
  const latest = async () => (await runsOf(stage)).at(-1)
  stage.fresh()
  const began = performance.now()
  const renaming = rename()
  await until('the run has begun', async () => (await latest()) !== undefined)
  const begun = performance.now() - began
  const renamed = await renaming.ended
  assert.equal(renamed.code, 0, renamed.stderr)
  const whole = performance.now() - began
  const turned = performance.now()
  const taking = goOn('rollback')
  await until('the way back has begun', async () => (await latest())?.state !== 'done')
  const back = performance.now() - turned
  const taken = await taking.ended
  assert.equal(taken.code, 0, taken.stderr)
  return {
    rename: { begin: begun * 0.9, end: whole },
    rollback: { begin: back * 0.9, end: performance.now() - turned },
  }
}
