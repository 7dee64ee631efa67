import { shellWord } from '../../../host/shell-word.ts'
import type { Repair } from '../repair.ts'
import { setLink } from '../steps.ts'

/** Links of the bench that lead nowhere: one to an app's public folder is led there again, one under sites/ goes. */
export const links: Repair = {
  id: 'links',
  findings: ['assets-link-broken', 'site-dangling-symlink'],
  cause: 'assets_not_built',
  remedies: [
    {
      ...{ id: 'relink-assets', risk: 'low', prior: { worked: 18, failed: 1 } },
      describe: 'Link the public folder of the app again',
      plan: async ({ facts, host }, { id, subject }) => {
        const app = facts.apps.find(({ name }) => subject === `${facts.path}/sites/assets/${name}`)
        if (id !== 'assets-link-broken' || app === undefined) return null
        const target = `${facts.path}/apps/${app.name}/${app.name}/public`
        if ((await host.status(target)) === null || !(await isLinkOrNothing(subject, host.status))) return null
        return {
          steps: [setLink(subject, target, `Link the public folder of ${app.name}`)],
          commands: [`ln -sfn ${shellWord(target)} ${shellWord(subject)}`],
        }
      },
    },
    {
      ...{ id: 'remove-dangling', risk: 'low', prior: { worked: 18, failed: 1 } },
      describe: 'Take the link that leads nowhere away',
      plan: async ({ facts, host }, { id, subject, evidence }) => {
        const found = facts.leftovers.find(
          ({ path, kind }) => kind === 'dangling-symlink' && (path === subject || evidence.includes(path)),
        )
        const path = found?.path ?? subject
        if (id !== 'site-dangling-symlink' || (await host.status(path))?.kind !== 'symlink') return null
        return {
          steps: [setLink(path, null, 'Take the link that leads nowhere away')],
          commands: [`rm ${shellWord(path)}`],
        }
      },
    },
  ],
}

async function isLinkOrNothing(
  path: string,
  status: (path: string) => Promise<{ kind: string } | null>,
): Promise<boolean> {
  const found = await status(path)
  return found === null || found.kind === 'symlink'
}
