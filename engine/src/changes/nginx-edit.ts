import { join } from 'node:path'
import { z } from 'zod'
import { MigratorError } from '../host/errors.ts'
import { sha256Of } from '../host/value-digest.ts'
import { checkStaged } from '../services/nginx/check-staged.ts'
import type { NginxEdit, NginxFacts } from '../services/nginx/nginx-facts.ts'
import type { Change, ChangeContext, Kept } from './change.ts'
import { digestOf, type EditedFile, putStored, revertFile } from './edited-file.ts'
import {
  checkAndReload,
  hasReloaded,
  nginxFacts,
  nginxRefused,
  presentConflicts,
  reloadRestored,
} from './nginx-reload.ts'
import { storedFile, storeFile } from './stored-file.ts'

/** `conflicts`: names that two blocks claimed already; journals of earlier versions lack it. */
type Before = { files: EditedFile[]; conflicts?: string[] }

/** What one purpose of editing nginx's files says of itself. */
export interface NginxPurpose<Request> {
  kind: string
  request: z.ZodType<Request>
  /** Made anew from the files as they are; pure. */
  edits(facts: NginxFacts, request: Request): NginxEdit[]
  describe(request: Request, paths: string[]): string
  /** Names that no other block may claim afterwards, and once it is taken back. */
  names(request: Request): { after: string[]; before: string[] }
  /** Looked at before anything is written. @throws MigratorError when it must not be. */
  beforehand?(context: ChangeContext, request: Request): Promise<void>
}

interface Params<Request> {
  mainConfig: string
  request: Request
  /** What the files must look like before and after, by digest: the texts themselves are made anew from the request. */
  files: { path: string; before: string | null; after: string }[]
  privileged: boolean
}

/** Edits nginx's own files word by word, has nginx check them, reloads it, and takes all back at once when nginx refuses. */
export function nginxEdit<Request>(purpose: NginxPurpose<Request>): Change<Params<Request>, Before, Before> {
  return {
    kind: purpose.kind,
    undo: 'exact',
    params: z.object({
      mainConfig: z.string(),
      request: purpose.request,
      files: z.array(z.object({ path: z.string(), before: z.string().nullable(), after: z.string() })),
      privileged: z.boolean(),
    }),
    describe: ({ request, files }) =>
      purpose.describe(
        request,
        files.map((file) => file.path),
      ),
    inspect: async (context, params) => {
      const now = await Promise.all(
        params.files.map(async (file) => ({ ...file, now: await digestOf(context, file.path) })),
      )
      if (now.every((file) => file.now === file.after)) return { state: 'applied' }
      const stray = now.find((file) => file.now !== file.after && file.now !== file.before)
      if (!stray) return { state: 'partial' }
      return {
        state: 'conflict',
        before: `${stray.path} as planned`,
        after: `${stray.path} as edited`,
        now: 'another text',
      }
    },
    prepare: async (context, params) => {
      await purpose.beforehand?.(context, params.request)
      const facts = await nginxFacts(context, params.mainConfig)
      const edits = plannedEdits(purpose.edits(facts, params.request), params)
      const staged = await checkStaged(context.host, facts, edits, { directory: await stagingPlace(context) })
      // Where the checking programs are missing, the real check of apply still stands before the reload.
      if (!staged.ok && staged.problem === null)
        throw nginxRefused('The edited nginx configuration does not pass its syntax check.', staged.output)
      const files = await Promise.all(
        edits.map(async (edit) => ({
          path: edit.path,
          before: edit.before === null ? null : await storeFile(context, Buffer.from(edit.before)),
          after: await storeFile(context, Buffer.from(edit.after)),
        })),
      )
      return { files, conflicts: await presentConflicts(context, facts) }
    },
    apply: async (context, params, before) => {
      for (const file of before.files) await putStored(context, file.path, file.after, params.privileged)
      const problem = await checkAndReload(context, params.mainConfig, {
        names: purpose.names(params.request).after,
        known: before.conflicts ?? [],
      })
      if (problem !== null) {
        for (const file of before.files) await putStored(context, file.path, file.before, params.privileged)
        throw nginxRefused('nginx did not accept the edited configuration; its files are as before.', problem)
      }
      return before
    },
    revert: async (context, params, before) => {
      const kept: Kept[] = []
      for (const file of before.files) kept.push(...(await revertFile(context, file, params.privileged)))
      if (!hasReloaded(context)) return kept
      const problem = await reloadRestored(context, params.mainConfig, {
        names: purpose.names(params.request).before,
        known: before.conflicts ?? [],
      })
      if (problem !== null) kept.push({ what: 'nginx', left: 'as before the run', now: problem.slice(0, 300) })
      return kept
    },
    needs: (context, _params, before) =>
      before.files
        .flatMap((file) => [file.after, ...(file.before ? [file.before] : [])])
        .map((sha256) => storedFile(context, sha256)),
  }
}

/** Where a copy is checked: beside the vault on this machine, in the bench on another. */
async function stagingPlace(context: ChangeContext): Promise<string> {
  const beside = context.host.name === 'local' ? context.vault : join(context.benchPath, '.migrator')
  return join(beside, 'nginx-staged')
}

/** The edits of the plan; refused when the files as they are give others than the plan showed. */
function plannedEdits(edits: NginxEdit[], params: Pick<Params<unknown>, 'files'>): NginxEdit[] {
  const made = edits.map(
    (edit) => `${edit.path} ${edit.before === null ? null : sha256Of(edit.before)} ${sha256Of(edit.after)}`,
  )
  const planned = params.files.map((file) => `${file.path} ${file.before} ${file.after}`)
  if (made.sort().join('\n') === planned.sort().join('\n')) return edits
  throw new MigratorError({
    code: 'changed-meanwhile',
    kind: 'failed',
    message: 'The nginx configuration changed since the plan was made.',
    evidence: params.files.map((file) => file.path).join(', '),
    untouched: 'No nginx file was changed.',
    hint: 'Make a new plan.',
    failureClass: 'configuration',
  })
}
