import { z } from 'zod'
import { BackupFile, readBackupConfig } from './backup-file.ts'
import type { Change, ChangeContext } from './change.ts'
import { readText } from './json-text.ts'
import { storeFile } from './stored-file.ts'

const Params = z.object({
  /** The backup's configuration; null when it has none. */
  backup: BackupFile.nullable(),
  /** The site's own, whose key counts where the backup brings none; null for a site that is made. */
  siteConfig: z.string().nullable(),
  /** The site's own values are kept too: it is moved, and what is made of them is written elsewhere. */
  values: z.literal(true).exactOptional(),
})
type Params = z.infer<typeof Params>

/** Digests under which the vault keeps them: the key the site will have, and all values of the configuration of the backup, or of the site that is moved. */
export const KeptConfiguration = z.object({ key: z.string().nullable(), values: z.string().nullable() })
type Kept = z.infer<typeof KeptConfiguration>

/** Copies the encryption key and the backup's configuration into the vault, so that nothing later depends on where the backup lies. */
export const keepConfiguration: Change<Params, null, Kept> = {
  kind: 'keep-configuration',
  undo: 'exact',
  params: Params,
  describe: ({ backup, values }) =>
    backup === null
      ? `Keep the site's encryption key${values ? ' and configuration' : ''} in the run's vault`
      : "Keep the backup's encryption key and configuration in the run's vault",
  inspect: async () => ({ state: 'pending' }),
  prepare: async () => null,
  apply: async (context, { backup, siteConfig, values: withValues }) => {
    const values =
      backup !== null
        ? await readBackupConfig(backup, context)
        : withValues
          ? await configOfSite(context, siteConfig)
          : null
    const key = textAt(values, 'encryption_key') ?? textAt(await configOfSite(context, siteConfig), 'encryption_key')
    return {
      key: key === null ? null : await storeFile(context, Buffer.from(key)),
      values: values === null ? null : await storeFile(context, Buffer.from(JSON.stringify(values))),
    }
  },
  revert: async () => [],
}

const textAt = (values: Record<string, unknown> | null, key: string): string | null => {
  const value = values?.[key]
  return typeof value === 'string' && value !== '' ? value : null
}

async function configOfSite(context: ChangeContext, path: string | null): Promise<Record<string, unknown> | null> {
  if (path === null) return null
  return z.record(z.string(), z.unknown()).parse(JSON.parse(await readText(context, path)))
}
