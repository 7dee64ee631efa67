import { shellWord } from '../../../host/shell-word.ts'
import { type Repair, siteOf } from '../repair.ts'
import { makeDirectory } from '../steps.ts'

const PARTS = ['public/files', 'private/files', 'logs', 'locks']

/** Directories that Frappe writes into and that a copy or a restore left out. */
export const missingDirectories: Repair = {
  id: 'missing-directories',
  findings: ['logs-directory-missing', 'assets-directory-missing', 'site-directory-incomplete'],
  cause: 'site_misconfiguration',
  remedies: [
    {
      ...{ id: 'make', risk: 'low', prior: { worked: 18, failed: 0 } },
      describe: 'Make the directories that are missing',
      plan: async ({ facts, host }, finding) => {
        const site = siteOf(facts, finding)
        const wanted =
          finding.id === 'site-directory-incomplete'
            ? PARTS.map((part) => (site === undefined ? '' : `${site.path}/${part}`))
            : [finding.subject]
        const there = await Promise.all(wanted.map(async (path) => path !== '' && (await host.status(path)) === null))
        const missing = wanted.filter((_, at) => there[at])
        return {
          steps: missing.map((path) => makeDirectory(path, 'Make the directory that is missing')),
          commands: missing.map((path) => `mkdir -p ${shellWord(path)}`),
        }
      },
    },
  ],
}
