import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { join, normalize } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { z } from 'zod'
import type { Check, CheckContext } from './check.ts'
import { firstOf } from './shown-names.ts'

const Params = z.object({
  source: z.string(),
  files: z.array(
    z.object({ side: z.enum(['public', 'private']), path: z.string(), bytes: z.number(), sha256: z.string() }),
  ),
  /** Reads each file and compares its digest; else name and size. */
  deep: z.boolean(),
})
type ListedFile = z.infer<typeof Params>['files'][number]

/** Whether every file the manifest lists is there, in its size and, when asked deep, with its content. */
export const filesOfManifest: Check = {
  id: 'files-of-manifest',
  title: 'Files of the manifest are there',
  run: async (context, params) => {
    const { source, files, deep } = Params.parse(params)
    const [missing, different]: [string[], string[]] = [[], []]
    for (const file of files) {
      context.signal.throwIfAborted()
      const path = `${file.side}/files/${normalize(file.path)}`
      const state = path.includes('..') ? 'missing' : await compare(context, path, file, deep)
      if (state === 'missing') missing.push(path)
      if (state === 'different') different.push(path)
    }
    const evidence = [
      `${files.length - missing.length} of ${files.length} files of ${source}, ${deep ? 'read and compared' : 'by name and size'}`,
      ...(missing.length ? [`missing: ${firstOf(missing)}`] : []),
      ...(different.length ? [`different: ${firstOf(different)}`] : []),
    ].join('; ')
    if (missing.length + different.length === 0) return { status: 'passed', critical: true, evidence }
    return {
      status: missing.length ? 'failed' : 'warning',
      critical: missing.length > 0,
      evidence,
      remedy: 'Bring them back from the archives of the snapshot; what users deleted or replaced since is no loss.',
    }
  },
}

async function compare(
  { host, siteDirectory, signal }: CheckContext,
  path: string,
  file: ListedFile,
  deep: boolean,
): Promise<'same' | 'different' | 'missing'> {
  const full = join(siteDirectory, path)
  const status = await host.status(full)
  if (status?.kind !== 'file') return 'missing'
  if (status.bytes !== file.bytes) return 'different'
  if (!deep) return 'same'
  const digest = createHash('sha256')
  await pipeline(createReadStream(full), digest, { signal })
  return digest.digest('hex') === file.sha256 ? 'same' : 'different'
}
