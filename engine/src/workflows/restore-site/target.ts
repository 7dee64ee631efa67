import type { BenchFacts, SiteFacts } from '../../bench/bench-facts.ts'
import { siteNamed } from '../../bench/site-named.ts'
import type { SitePlace } from '../../execution/plan.ts'
import { MigratorError } from '../../host/errors.ts'
import { parseHostName } from '../../rewrite/host-name.ts'
import type { RestoreRequest } from './request.ts'

/** Where the backup goes: over a site that is there, or into one that is made. */
export type RestoreTarget =
  | { kind: 'existing'; name: string; directory: string; site: SiteFacts }
  /** `like`: the site it takes the place of its database from. */
  | { kind: 'new'; name: string; directory: string; like: SiteFacts | null }

/**
 * @throws MigratorError `site-missing`, `site-not-found`, `source-ambiguous`, `name-invalid`, `target-taken`, `site-is-link`
 */
export function resolveTarget(facts: BenchFacts, request: RestoreRequest): RestoreTarget {
  const site = request.site === null ? null : siteNamed(facts, request.site)
  if (request.as !== null) return newSite(facts, request.as, site)
  if (site === null) {
    throw usage('site-missing', 'Which site?', 'Name the one that is replaced with --site, or a new one with --as.')
  }
  if (site.linkTarget !== null) {
    throw usage(
      'site-is-link',
      `sites/${site.name} is a link to ${site.linkTarget}.`,
      `Name the site itself: --site ${site.linkTarget.split('/').at(-1)}`,
    )
  }
  return { kind: 'existing', name: site.name, directory: site.path, site }
}

function newSite(facts: BenchFacts, text: string, like: SiteFacts | null): RestoreTarget {
  const parsed = parseHostName(text)
  if (!parsed.ok)
    throw usage(
      'name-invalid',
      `--as ${JSON.stringify(text)} is no name for a site: ${parsed.sentence}`,
      'Give a name like erp.example.com.',
    )
  const name = parsed.host
  const taken = facts.sites.find((site) => site.name === name || site.names.some(({ host }) => host === name))
  if (taken) {
    throw new MigratorError({
      code: 'target-taken',
      kind: 'refused',
      message: `The name ${name} is taken on this bench.`,
      evidence: `it is a name of the site ${taken.name}`,
      untouched: 'Nothing was changed.',
      hint: `Choose another name, or restore over that site: --site ${taken.name} without --as.`,
    })
  }
  return {
    kind: 'new',
    name,
    directory: `${facts.path}/sites/${name}`,
    like: like ?? facts.sites.find(({ databaseKind }) => databaseKind === 'mariadb') ?? null,
  }
}

export const placeOf = ({ kind, name }: RestoreTarget): SitePlace => ({
  ...{ oldName: name, newName: name, oldDirectory: name, newDirectory: name },
  ...(kind === 'new' ? { isNew: true as const } : {}),
})

const usage = (code: string, message: string, hint: string): MigratorError =>
  new MigratorError({ code, kind: 'usage', message, untouched: 'Nothing was changed.', hint })
