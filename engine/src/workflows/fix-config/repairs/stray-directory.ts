import { shellWord } from '../../../host/shell-word.ts'
import type { Repair } from '../repair.ts'
import { setAside } from '../steps.ts'

/** What lies under sites/ and is no site: moved to archived/, not deleted. */
export const strayDirectory: Repair = {
  id: 'stray-directory',
  findings: ['site-without-config', 'site-stray-file', 'site-symlink'],
  cause: 'site_misconfiguration',
  remedies: [
    {
      ...{ id: 'set-aside', risk: 'medium', prior: { worked: 9, failed: 1 } },
      describe: 'Move it out of sites/, to archived/migrator',
      plan: ({ facts }, { subject, evidence, id }) => {
        const kind = id.slice('site-'.length)
        const found = facts.leftovers.find(
          (one) =>
            one.kind === kind &&
            (one.path === subject || evidence.startsWith(one.path) || one.path.endsWith(`/${subject}`)),
        )
        if (found === undefined) return null
        return {
          steps: [setAside(found.path)],
          commands: [`mv ${shellWord(found.path)} ${shellWord(`${facts.path}/archived/`)}`],
        }
      },
    },
  ],
}
