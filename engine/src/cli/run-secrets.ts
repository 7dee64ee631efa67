import { z } from 'zod'
import type { AdministratorAccount } from '../database/server-place.ts'
import type { RunSecrets } from '../execution/environment.ts'
import type { Plan } from '../execution/plan.ts'
import { readOptionFile, readSecretFile } from './secret-files.ts'

export interface AdministratorOptions {
  adminOptionFile?: string
  sourceAdminOptionFile?: string
}

interface Sources {
  administratorFile: string | null
  /** Of a transfer's source, which may be another server. */
  sourceAdministratorFile?: string | null
  backupKeyFile: string | null
  /** Whether somebody is there to be asked. */
  interactive: boolean
}

/** Reads a file, or asks, when a secret is first needed, and keeps it in memory. */
export function runSecrets(sources: Sources): RunSecrets {
  const { administratorFile, sourceAdministratorFile = null, backupKeyFile, interactive } = sources
  const account = (file: string | null, where: string) =>
    once(async () => {
      if (file !== null) return readOptionFile(file)
      return interactive ? askAdministrator(where) : null
    })
  const own = account(administratorFile, '')
  const ofSource = account(sourceAdministratorFile, ' of the source')
  return {
    administrator: (place) => (place === 'source' ? ofSource() : own()),
    backupKey: once(async () => {
      if (backupKeyFile !== null) return (await readSecretFile(backupKeyFile, 'The backup key')).trim()
      return interactive ? askBackupKey() : null
    }),
  }
}

const file = z.string().nullable().catch(null)
const Requested = z
  .object({ administratorFile: file, sourceAdministratorFile: file, backupKeyFile: file })
  .catch({ administratorFile: null, sourceAdministratorFile: null, backupKeyFile: null })

/** For a run that is gone on with or taken back: from where its plan had them, or from a file that is named now. */
export function secretsOfRun(plan: Plan, options: AdministratorOptions, interactive: boolean): RunSecrets {
  const { administratorFile, sourceAdministratorFile, backupKeyFile } = Requested.parse(plan.request)
  return runSecrets({
    administratorFile: options.adminOptionFile ?? administratorFile,
    sourceAdministratorFile: options.sourceAdminOptionFile ?? sourceAdministratorFile,
    ...{ backupKeyFile, interactive },
  })
}

function once<Value>(read: () => Promise<Value>): () => Promise<Value> {
  let value: Promise<Value> | undefined
  return () => {
    value ??= read()
    return value
  }
}

async function askAdministrator(where: string): Promise<AdministratorAccount | null> {
  const { isCancel, password, text } = await import('@clack/prompts')
  const user = await text({
    message: `An account of the database server${where} that may make databases and users (it is not stored):`,
    placeholder: 'root',
    output: process.stderr,
  })
  if (isCancel(user) || !user) return null
  const secret = await password({ message: `Password of ${user}:`, output: process.stderr })
  return isCancel(secret) ? null : { user, password: secret ?? '', place: {} }
}

async function askBackupKey(): Promise<string | null> {
  const { isCancel, password } = await import('@clack/prompts')
  const key = await password({
    message: 'The backup is encrypted. Its key (backup_encryption_key of the site it is of; it is not stored):',
    output: process.stderr,
  })
  return isCancel(key) || !key ? null : key
}
