import type { RepairLook } from '../repair.ts'
import { configOf, type Repair, siteOf } from '../repair.ts'
import { setConfig, setKeys } from '../steps.ts'

/** Commands that set maintenance themselves and take it away when they are done. */
const AT_WORK = /\b(?:migrate|update|restore|install-app|uninstall-app|switch-to-branch|partial-restore)\b/

/** A command of this bench that needs the maintenance; then it was not left on. */
export async function maintenanceIsUsed({ host, facts }: RepairLook): Promise<boolean> {
  const inside = (text: string) => text === facts.path || text.includes(`${facts.path}/`)
  return (await host.processes()).some(
    ({ argv, directory }) =>
      argv.some((word) => AT_WORK.test(word) && !word.includes('/')) &&
      (argv.some(inside) || (directory !== null && inside(directory))) &&
      argv.some((word) => /bench|frappe/.test(word)),
  )
}

/** Maintenance that a command which failed has left on; never while one that needs it still runs. */
export const maintenanceMode: Repair = {
  id: 'maintenance-mode',
  findings: ['maintenance-left-on'],
  cause: 'maintenance_mode_left_on',
  remedies: [
    {
      ...{ id: 'off', risk: 'low', prior: { worked: 18, failed: 1 } },
      describe: 'Set maintenance_mode to 0',
      plan: async (look, finding) => {
        if (await maintenanceIsUsed(look)) return null
        return {
          steps: [
            setKeys(configOf(look.facts, finding), { maintenance_mode: 0 }, 'End the maintenance that was left on'),
          ],
          commands: [setConfig(siteOf(look.facts, finding)?.name ?? null, 'maintenance_mode', 0)],
        }
      },
    },
  ],
}
