import { join } from 'node:path'
import { z } from 'zod'
import { MigratorError } from '../host/errors.ts'
import { sha256Of } from '../host/value-digest.ts'
import { checkStaged } from '../services/nginx/check-staged.ts'
import type { NginxEdit } from '../services/nginx/nginx-facts.ts'
import { planNginxRename } from '../services/nginx/plan-rename.ts'
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

const Word = z.object({ from: z.string(), to: z.string() })
const Certificate = z.object({ certificate: z.string(), key: z.string() })

export const NginxRequest = z.object({
  hosts: z.array(Word),
  directory: Word.nullable(),
  sitesPath: z.string(),
  siteNames: z.array(z.string()),
  webPorts: z.array(z.number()),
  commonName: z.string().exactOptional(),
  certificate: Certificate.nullable(),
  redirect: z
    .object({
      from: z.string(),
      also: z.array(z.string()).exactOptional(),
      toUrl: z.string(),
      status: z.union([z.literal(307), z.literal(308)]),
      tls: Certificate.nullable(),
    })
    .nullable(),
})

const Params = z.object({
  mainConfig: z.string(),
  request: NginxRequest,
  /** What the files must look like before and after, by digest: the texts themselves are made anew from the request. */
  files: z.array(z.object({ path: z.string(), before: z.string().nullable(), after: z.string() })),
  privileged: z.boolean(),
})
type Params = z.infer<typeof Params>
/** `conflicts`: names that two blocks claimed already; journals of earlier versions lack it. */
type Before = { files: EditedFile[]; conflicts?: string[] }

/** Edits nginx's own files word by word, has nginx check them, reloads it, and takes all back at once when nginx refuses. */
export const proxyConfig: Change<Params, Before, Before> = {
  kind: 'proxy-config',
  undo: 'exact',
  params: Params,
  describe: ({ files }) => `Edit nginx (${files.map((file) => file.path).join(', ')}), check with nginx -t, reload`,
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
      after: `${stray.path} as renamed`,
      now: 'another text',
    }
  },
  prepare: async (context, params) => {
    const edits = await plannedEdits(context, params)
    const facts = await nginxFacts(context, params.mainConfig)
    const staged = await checkStaged(context.host, facts, edits, { directory: join(context.vault, 'nginx-staged') })
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
      names: params.request.hosts.map((host) => host.to),
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
      names: params.request.hosts.map((host) => host.from),
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

/** The edits of the plan, from the files as they are now; refused when that is not what the plan showed. */
async function plannedEdits(context: ChangeContext, params: Params): Promise<NginxEdit[]> {
  const { edits } = planNginxRename(await nginxFacts(context, params.mainConfig), params.request)
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
