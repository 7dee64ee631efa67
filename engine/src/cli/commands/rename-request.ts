import { resolve } from 'node:path'
import { usageError } from '../../host/errors.ts'
import { type MigrationProfile, parseMigrationProfile, refuseUnsupported } from '../../workflows/migration-profile.ts'
import type { RenameRequest } from '../../workflows/rename-domain/request.ts'
import { readGiven } from '../given-files.ts'
import type { AttendedOptions } from '../options.ts'

export interface RenameOptions extends AttendedOptions {
  source?: string
  sourceDomain?: string
  target?: string
  targetDomain?: string
  profile?: string
  plan?: boolean
  out?: string
  details?: boolean
  planFile?: string
  url?: string
  /** Repeated; absent when never given. */
  alsoRewrite?: string[]
  include?: string[]
  exclude?: string[]
  renameDirectory: 'auto' | 'yes' | 'no'
  certificate?: string
  certificateKey?: string
  redirect: boolean
  rebuildSearch?: boolean
  deep?: boolean
  waitForJobs: string
}

/** Seconds; what the command line gives when nothing is said. */
const WAIT_FOR_JOBS = '120'

/** Options that say what a plan file says already. */
const PLANNED: Record<string, (options: RenameOptions) => boolean> = {
  '--source': ({ source, sourceDomain }) => (source ?? sourceDomain) !== undefined,
  '--target': ({ target, targetDomain }) => (target ?? targetDomain) !== undefined,
  '--site': ({ site }) => site !== undefined,
  '--profile': ({ profile }) => profile !== undefined,
  '--url': ({ url }) => url !== undefined,
  '--also-rewrite': ({ alsoRewrite }) => alsoRewrite !== undefined,
  '--include': ({ include }) => include !== undefined,
  '--exclude': ({ exclude }) => exclude !== undefined,
  '--rename-directory': ({ renameDirectory }) => renameDirectory !== 'auto',
  '--certificate': ({ certificate, certificateKey }) => (certificate ?? certificateKey) !== undefined,
  '--no-redirect': ({ redirect }) => !redirect,
  '--rebuild-search': ({ rebuildSearch }) => rebuildSearch === true,
  '--deep': ({ deep }) => deep === true,
  '--wait-for-jobs': ({ waitForJobs }) => waitForJobs !== WAIT_FOR_JOBS,
}

/**
 * Nothing that was typed is passed over.
 * @throws MigratorError `options-contradict`
 */
export function refuseContradictions(options: RenameOptions): void {
  if (options.out !== undefined && !options.plan) {
    throw usageError(
      'options-contradict',
      '--out saves a plan, and --plan is missing.',
      'Add --plan, or leave --out away.',
    )
  }
  refuseTwice(options)
  if (options.planFile === undefined) return
  const given = Object.entries(PLANNED).flatMap(([name, isGiven]) => (isGiven(options) ? [name] : []))
  if (given.length === 0) return
  throw usageError(
    'options-contradict',
    `--plan-file runs exactly the saved plan, so it does not go with ${given.join(', ')}.`,
    'Leave them away, or make a new plan with them: --plan --out FILE',
  )
}

/** Of two words for the same thing one would silently lose. */
function refuseTwice({ source, sourceDomain, target, targetDomain, include = [], exclude = [] }: RenameOptions): void {
  const pairs = [
    ['--source', source, '--source-domain', sourceDomain],
    ['--target', target, '--target-domain', targetDomain],
  ] as const
  for (const [one, first, other, second] of pairs) {
    if (first === undefined || second === undefined || first === second) continue
    throw usageError(
      'options-contradict',
      `${one} ${first} and ${other} ${second} say two different things.`,
      `Give ${one} alone.`,
    )
  }
  const both = include.map((name) => name.replace(/:host$/, '')).find((name) => exclude.includes(name))
  if (both === undefined) return
  throw usageError('options-contradict', `${both} is both in --include and in --exclude.`, 'Leave one of them away.')
}

/** The request of a command line and its profile; options win over the profile. */
export async function renameRequest(
  options: RenameOptions,
): Promise<{ request: RenameRequest; benchPath: string | undefined; profile: MigrationProfile | null }> {
  const profile = options.profile === undefined ? null : await readProfile(options.profile)
  const source = options.source ?? options.sourceDomain ?? profile?.source?.domain ?? options.site
  const target = options.target ?? options.targetDomain ?? profile?.target?.domain
  if (source === undefined || target === undefined) {
    throw usageError(
      'name-missing',
      `${source === undefined ? '--source' : '--target'} is missing.`,
      'frappe-migrator rename-domain --source old.example.com --target new.example.com --plan',
    )
  }
  const seconds = Number(options.waitForJobs)
  if (!/^\d+(\.\d+)?$/.test(options.waitForJobs) || seconds > 86_400) {
    throw usageError(
      'number-invalid',
      `--wait-for-jobs ${JSON.stringify(options.waitForJobs)} is no number of seconds.`,
      'Give seconds, at most a day: --wait-for-jobs 300',
    )
  }
  const path = (file: string | undefined) => (file === undefined ? null : resolve(file))
  return {
    benchPath: profile?.source?.bench_path,
    profile,
    request: {
      source,
      target,
      site: options.site ?? null,
      renameDirectory: options.renameDirectory,
      alsoRewrite: options.alsoRewrite ?? [],
      url: options.url ?? null,
      include: options.include ?? [],
      exclude: options.exclude ?? [],
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
  const profile = parseMigrationProfile(path, await readGiven(path, 'The profile'))
  refuseUnsupported(profile)
  return profile
}
