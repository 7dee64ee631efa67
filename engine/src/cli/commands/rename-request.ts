import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { MigratorError } from '../../host/errors.ts'
import { type MigrationProfile, parseMigrationProfile, refuseUnsupported } from '../../workflows/migration-profile.ts'
import type { RenameRequest } from '../../workflows/rename-domain/request.ts'
import type { AttendedOptions } from '../options.ts'

export interface RenameOptions extends AttendedOptions {
  source?: string
  sourceDomain?: string
  target?: string
  targetDomain?: string
  profile?: string
  plan?: boolean
  out?: string
  planFile?: string
  url?: string
  alsoRewrite: string[]
  include: string[]
  exclude: string[]
  renameDirectory: 'auto' | 'yes' | 'no'
  certificate?: string
  certificateKey?: string
  redirect: boolean
  rebuildSearch?: boolean
  deep?: boolean
  waitForJobs: string
}

const usage = (code: string, message: string, hint: string): MigratorError =>
  new MigratorError({ code, kind: 'usage', message, untouched: 'Nothing was changed.', hint })

/** The request of a command line and its profile; options win over the profile. */
export async function renameRequest(
  options: RenameOptions,
): Promise<{ request: RenameRequest; benchPath: string | undefined }> {
  const profile = options.profile === undefined ? null : await readProfile(options.profile)
  const source = options.source ?? options.sourceDomain ?? profile?.source?.domain
  const target = options.target ?? options.targetDomain ?? profile?.target?.domain
  if (source === undefined || target === undefined) {
    throw usage(
      'name-missing',
      `${source === undefined ? '--source' : '--target'} is missing.`,
      'frappe-migrator rename-domain --source old.example.com --target new.example.com --plan',
    )
  }
  const seconds = Number(options.waitForJobs)
  if (!Number.isFinite(seconds) || seconds < 0 || seconds > 86_400) {
    throw usage(
      'number-invalid',
      `--wait-for-jobs ${options.waitForJobs} is no number of seconds.`,
      'Give seconds, for instance 300.',
    )
  }
  const path = (file: string | undefined) => (file === undefined ? null : resolve(file))
  return {
    benchPath: profile?.source?.bench_path,
    request: {
      source,
      target,
      site: options.site ?? null,
      renameDirectory: options.renameDirectory,
      alsoRewrite: options.alsoRewrite,
      url: options.url ?? null,
      include: options.include,
      exclude: options.exclude,
      certificate: path(options.certificate),
      certificateKey: path(options.certificateKey),
      redirect: options.redirect,
      rebuildSearch: options.rebuildSearch === true,
      deep: options.deep === true,
      waitForJobsSeconds: seconds,
      nginxConfig: path(options.nginxConfig),
      hostsFile: path(options.hostsFile),
      crontabDirectories: options.crontabDirectory?.map((directory) => resolve(directory)) ?? null,
    },
  }
}

async function readProfile(path: string): Promise<MigrationProfile> {
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw usage(
      'profile-unreadable',
      `The profile ${path} cannot be read (${cause.code}).`,
      'Give the path of a JSON file.',
    )
  })
  const profile = parseMigrationProfile(path, text)
  refuseUnsupported(profile, null)
  return profile
}
