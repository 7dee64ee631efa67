import { configOf, type Repair, siteOf } from '../repair.ts'
import { setConfig, setKeys } from '../steps.ts'
import { maintenanceIsUsed } from './maintenance-mode.ts'

/** A scheduler that a failed command has left paused, or that somebody turned off. */
export const schedulerPaused: Repair = {
  id: 'scheduler-paused',
  findings: ['scheduler-paused', 'scheduler-disabled'],
  cause: 'scheduler_or_queue_stands_still',
  remedies: [
    {
      ...{ id: 'resume', risk: 'low', prior: { worked: 18, failed: 1 } },
      describe: 'Set pause_scheduler to 0',
      plan: async (look, finding) => {
        if (finding.id !== 'scheduler-paused' || (await maintenanceIsUsed(look))) return null
        return {
          steps: [setKeys(configOf(look.facts, finding), { pause_scheduler: 0 }, 'Let the scheduler go on')],
          commands: [setConfig(siteOf(look.facts, finding)?.name ?? null, 'pause_scheduler', 0)],
        }
      },
    },
    {
      ...{ id: 'enable', risk: 'medium', prior: { worked: 9, failed: 1 } },
      describe: 'Set disable_scheduler to 0, which somebody set by hand',
      plan: (look, finding) =>
        finding.id === 'scheduler-disabled'
          ? {
              steps: [setKeys(configOf(look.facts, finding), { disable_scheduler: 0 }, 'Enable the scheduler')],
              commands: [setConfig(siteOf(look.facts, finding)?.name ?? null, 'disable_scheduler', 0)],
            }
          : null,
    },
  ],
}
