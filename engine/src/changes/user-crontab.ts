import { z } from 'zod'
import { MigratorError } from '../host/errors.ts'
import { sha256Of } from '../host/value-digest.ts'
import type { Change, ChangeContext } from './change.ts'
import { lineConflict, lineMissing } from './edit-text.ts'
import { applyLineEdits, LineEdit, revertLineEdits } from './line-edits.ts'
import { readStored, storedFile, storedPath, storeFile } from './stored-file.ts'

const Params = z.object({ edits: z.array(LineEdit), purpose: z.string() })
type Params = z.infer<typeof Params>

/** Changes lines of the bench owner's own crontab, through `crontab` alone. */
export const userCrontab: Change<Params, { sha256: string }, { sha256: string }> = {
  kind: 'user-crontab',
  undo: 'exact',
  params: Params,
  describe: ({ purpose }) => purpose,
  inspect: async (context, params) => {
    const text = await read(context)
    const { text: wanted, missing } = applyLineEdits(text, params.edits)
    const [first] = missing
    if (first) return lineConflict('the crontab', first)
    return { state: wanted === text ? 'applied' : 'pending' }
  },
  prepare: async (context) => ({ sha256: await storeFile(context, Buffer.from(await read(context))) }),
  apply: async (context, params) => {
    const text = await read(context)
    const { text: wanted, missing } = applyLineEdits(text, params.edits)
    const [first] = missing
    if (first) throw lineMissing('the crontab', first)
    if (wanted !== text) await write(context, wanted)
    return { sha256: sha256Of(wanted) }
  },
  revert: async (context, params, before, after) => {
    const original = (await readStored(context, before.sha256)).toString()
    const now = await read(context)
    if (now === original) return []
    const left = after?.sha256 ?? sha256Of(applyLineEdits(original, params.edits).text)
    if (sha256Of(now) === left) {
      await write(context, original)
      return []
    }
    const { text, kept } = revertLineEdits('the crontab', now, params.edits)
    const restores = kept.length > 0 && context.onConflict === 'restore'
    if (restores || text !== now) await write(context, restores ? original : text)
    return restores ? [] : kept
  },
  needs: (context, _params, before) => [storedFile(context, before.sha256)],
}

async function read(context: ChangeContext): Promise<string> {
  const done = await context.host.run({ argv: ['crontab', '-l'] })
  if (done.exitCode === 0) return done.stdout
  if (/no crontab for/i.test(done.stderr)) return ''
  throw crontabFailed('read', done.stderr)
}

/** From a file that is whole, never from our own pipe: were we killed before writing to it, an empty crontab would be installed. */
async function write(context: ChangeContext, text: string): Promise<void> {
  const argv: [string, ...string[]] =
    text === '' ? ['crontab', '-r'] : ['crontab', storedPath(context, await storeFile(context, Buffer.from(text)))]
  const done = await context.host.run({ argv, onStart: (identity) => context.child(identity, 'crontab') })
  if (done.exitCode !== 0) throw crontabFailed('written', done.stderr)
}

const crontabFailed = (what: string, stderr: string): MigratorError =>
  new MigratorError({
    code: 'crontab-failed',
    kind: 'failed',
    message: `The crontab could not be ${what}.`,
    evidence: stderr.trim().slice(0, 300),
    untouched: 'The crontab stands as it was.',
    failureClass: 'permission',
  })
