import { benchCheck, type Found } from './analysis-check.ts'

const finds = {
  'config-byte-order-mark': 'a configuration file starts with a byte order mark, which Frappe refuses',
  'config-owner-differs': "a configuration file belongs to another user than the bench's owner",
  'currentsite-stale': 'sites/currentsite.txt names a site that does not exist',
}
type Id = keyof typeof finds

/** Configuration files beyond their syntax, which the survey reads: byte order marks, owners, stale pointers to sites. */
export const configurationFiles = benchCheck({
  id: 'configuration-files',
  title: 'Configuration files can be read and point to what is there',
  area: 'configuration',
  replaces: ['config-invalid-json'],
  finds,
  run: async ({ facts, host }) => {
    const found: Found<Id>[] = []
    for (const { id, subject, evidence } of facts.findings) {
      if (id !== 'config-invalid-json' || !evidence.includes('byte order mark')) continue
      found.push({
        ...{ id: 'config-byte-order-mark', severity: 'critical', subject, evidence },
        title: `${subject} starts with a byte order mark; Frappe does not read it.`,
        cause: 'An editor on Windows saved it as "UTF-8 with BOM".',
        remedies: [`sed -i '1s/^\\xEF\\xBB\\xBF//' ${subject}`],
      })
    }
    const files = [facts.commonConfig, ...facts.sites.map(({ config }) => config)].filter(({ exists }) => exists)
    const statuses = await Promise.all(
      files.map(async ({ path }) => ({ path, status: await host.status(path).catch(() => null) })),
    )
    for (const { path, status } of statuses) {
      if (status === null || status.kind === 'symlink' || status.userId === facts.ownerId) continue
      found.push({
        ...{ id: 'config-owner-differs', severity: 'warning', subject: path },
        title: `${path} does not belong to ${facts.ownerName}.`,
        evidence: `${path}: user id ${status.userId}, mode ${status.mode.toString(8)}; the bench: ${facts.ownerId}`,
        cause: 'It was edited or restored by another user; Frappe cannot write it any more, and perhaps not read it.',
        remedies: [`sudo chown ${facts.ownerName}: ${path}`],
      })
    }
    const current = facts.currentSite?.text.trim() ?? ''
    if (facts.currentSite !== null && current !== '' && !facts.sites.some(({ name }) => name === current)) {
      const ignored = Number(facts.frappeVersion?.split('.')[0] ?? 0) >= 14
      found.push({
        ...{ id: 'currentsite-stale', severity: ignored ? 'information' : 'warning', subject: facts.currentSite.path },
        title: `currentsite.txt names the site ${current}, which does not exist.`,
        evidence: `${facts.currentSite.path}: ${current}`,
        cause: ignored
          ? 'Frappe 14 and later ignore this file; old scripts may read it.'
          : 'The site was renamed or dropped.',
        remedies: [`rm ${facts.currentSite.path} && bench use <site>`],
      })
    }
    return found
  },
})
