import { readTextFile } from '../../../services/text-file.ts'
import type { Repair, RepairLook, RepairPlan } from '../repair.ts'
import { writeText } from '../steps.ts'

/** Lines of sites/apps.txt; none where it is missing. */
async function listed({ host, facts }: RepairLook): Promise<string[]> {
  const read = await readTextFile(host, `${facts.path}/sites/apps.txt`)
  if (read.state !== 'read') return []
  return read.text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
}

/** frappe first: it is what the others are loaded by. */
const frappeFirst = (names: string[]): string[] => [
  ...names.filter((name) => name === 'frappe'),
  ...names.filter((name) => name !== 'frappe'),
]

/** Whether a folder of apps/ is an app that can be loaded, not one that somebody keeps there. */
const isApp = async ({ host }: RepairLook, { name, path }: { name: string; path: string }): Promise<boolean> =>
  (await host.status(`${path}/${name}/hooks.py`)) !== null

function write({ facts }: RepairLook, names: string[], purpose: string): RepairPlan {
  const path = `${facts.path}/sites/apps.txt`
  return {
    steps: [writeText(path, `${names.join('\n')}\n`, purpose)],
    commands: [`printf '%s\\n' ${names.join(' ')} > ${path}`],
  }
}

/** The list of apps that Frappe loads. Its order is kept; nothing is taken off it that is in apps/. */
export const appsTxt: Repair = {
  id: 'apps-txt',
  findings: ['apps-txt-missing', 'apps-txt-joined-names', 'app-listed-twice', 'app-not-listed'],
  cause: 'app_not_in_apps_txt',
  remedies: [
    {
      ...{ id: 'mend-lines', risk: 'low', prior: { worked: 18, failed: 0 } },
      describe: 'Give each app of sites/apps.txt a line of its own, once',
      plan: async (look, { id }) => {
        if (id !== 'apps-txt-joined-names' && id !== 'app-listed-twice') return null
        const names = look.facts.apps.map(({ name }) => name)
        const lines = (await listed(look)).flatMap((line) => {
          const first = names.includes(line)
            ? undefined
            : names.find((name) => line.startsWith(name) && names.includes(line.slice(name.length)))
          return first === undefined ? [line] : [first, line.slice(first.length)]
        })
        return write(look, [...new Set(lines)], 'Give each app a line of its own, once')
      },
    },
    {
      ...{ id: 'from-apps', risk: 'low', prior: { worked: 9, failed: 1 } },
      describe: 'Write sites/apps.txt anew from apps/',
      plan: async (look, { id }) => {
        if (id !== 'apps-txt-missing') return null
        const there = await Promise.all(
          look.facts.apps.map(async (app) => ((await isApp(look, app)) ? [app.name] : [])),
        )
        const names = there.flat()
        return names.includes('frappe')
          ? write(look, frappeFirst(names), 'Write the list of apps anew from apps/')
          : null
      },
    },
    {
      ...{ id: 'add', risk: 'medium', prior: { worked: 8, failed: 2 } },
      describe: 'Add the app to sites/apps.txt: Frappe loads it from then on',
      plan: async (look, { id, subject }) => {
        const app = look.facts.apps.find(
          ({ path, name }) => path === subject || `${look.facts.path}/apps/${name}` === subject,
        )
        if (id !== 'app-not-listed' || app === undefined || !(await isApp(look, app))) return null
        return write(look, [...(await listed(look)), app.name], `List the app ${app.name}`)
      },
    },
  ],
}
