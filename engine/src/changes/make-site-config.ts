import { z } from 'zod'
import { keptPath, readKeptAddress } from '../database/kept-address.ts'
import type { Change } from './change.ts'
import { digestOf, revertFile } from './edited-file.ts'
import { KeptConfiguration } from './keep-configuration.ts'
import { readStored, storedFile, storeFile } from './stored-file.ts'

const Params = z.object({
  path: z.string(),
  madeBy: z.string(),
  /** Keys that the server's place needs because the bench says otherwise. */
  place: z.record(z.string(), z.json()),
  /** Keys carried from the backup's configuration, by name; their values are read when they are needed. */
  carried: z.array(z.string()),
  /** The step that kept the backup's configuration. */
  keptBy: z.string(),
  /** Of a site that is moved: its configuration, and no backup's, is what is carried. */
  moved: z.literal(true).exactOptional(),
})
type Params = z.infer<typeof Params>

/** Digest under which the vault keeps the file that is written: it holds the password and the key. */
type Before = { content: string }

/** Writes the configuration of a site that is made: from this moment on it is one. */
export const makeSiteConfig: Change<Params, Before, Before> = {
  kind: 'make-site-config',
  undo: 'exact',
  params: Params,
  describe: ({ path, carried, moved }) =>
    `Write ${path}${carried.length ? `, with ${carried.join(', ')} of the ${moved ? 'source' : 'backup'}` : ''}`,
  inspect: async (context, { path }, { before }) => {
    const now = await digestOf(context, path)
    if (now === null) return { state: 'pending' }
    if (now === before?.content) return { state: 'applied' }
    return { state: 'conflict', before: 'no file', after: 'the new configuration', now: `another ${path}` }
  },
  prepare: async (context, params) => {
    const made = z.object({ address: z.string() }).parse(context.afterOf(params.madeBy))
    const { database, user, password } = await readKeptAddress(keptPath(context.vault, made.address))
    const kept = KeptConfiguration.parse(context.afterOf(params.keptBy))
    const stored = kept.values === null ? '{}' : (await readStored(context, kept.values)).toString()
    const values = z.record(z.string(), z.json()).parse(JSON.parse(stored))
    const carried = Object.fromEntries(params.carried.map((key) => [key, values[key]]))
    const own = {
      db_name: database,
      db_password: password,
      db_type: 'mariadb',
      ...(user === database ? {} : { db_user: user }),
    }
    // As Frappe writes it (frappe/installer.py, make_site_config): one blank, sorted.
    const all = Object.entries({ ...carried, ...params.place, ...own }).sort(([one], [other]) => (one < other ? -1 : 1))
    return { content: await storeFile(context, Buffer.from(JSON.stringify(Object.fromEntries(all), null, 1))) }
  },
  apply: async (context, { path }, before) => {
    if ((await digestOf(context, path)) !== before.content)
      await context.host.writeFile(path, await readStored(context, before.content), { mode: MODE })
    return before
  },
  revert: (context, { path }, before) => revertFile(context, { path, before: null, after: before.content }, false),
  needs: (context, _params, before) => [storedFile(context, before.content)],
}

const MODE = 0o640
