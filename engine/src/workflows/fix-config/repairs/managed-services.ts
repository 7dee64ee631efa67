import { mayBeRoot, type Repair, type RepairLook, type RepairPlan } from '../repair.ts'

const PATIENCE_SECONDS = 15

const systemd = async (look: RepairLook, name: string): Promise<RepairPlan | null> => {
  const { host } = look
  const known = await host.run({ argv: ['systemctl', 'cat', name], timeoutMilliseconds: 4000 })
  if (known.exitCode !== 0) return null
  const privileged = host.userId !== 0
  if (!(await mayBeRoot(look))) return null
  return {
    steps: [{ kind: 'service', params: { manager: 'systemd', name, action: 'start', privileged } }],
    commands: [`sudo systemctl start ${name}`],
    patienceSeconds: PATIENCE_SECONDS,
  }
}

/** A service that its own manager keeps: asked to start it, never started past it. */
export const managedServices: Repair = {
  id: 'managed-services',
  findings: [
    'database-server-down',
    'nginx-not-running',
    'supervisor-program-failed',
    'supervisor-program-stopped',
    'supervisor-program-unknown',
    'systemd-unit-failed',
    'systemd-unit-stopped',
  ],
  cause: null,
  remedies: [
    {
      ...{ id: 'supervisor', risk: 'medium', prior: { worked: 7, failed: 3 } },
      describe: 'Let supervisor start it, or read its files anew',
      plan: async (look, { id, subject }) => {
        if (!id.startsWith('supervisor-')) return null
        const action = id === 'supervisor-program-unknown' ? 'update' : 'start'
        // bench gives the owner supervisor's socket: without root it is asked all the same.
        const privileged = look.host.userId !== 0 && (await mayBeRoot(look))
        const params = { manager: 'supervisor', name: subject, action, supervisorctl: look.supervisorctl, privileged }
        return {
          steps: [{ kind: 'service', params }],
          commands: [
            action === 'update'
              ? 'sudo supervisorctl reread && sudo supervisorctl update'
              : `sudo supervisorctl start ${subject}`,
          ],
          patienceSeconds: PATIENCE_SECONDS,
        }
      },
    },
    {
      ...{ id: 'systemd', risk: 'medium', prior: { worked: 7, failed: 3 } },
      describe: 'Let systemd start it',
      plan: async (look, { id, subject }) => {
        if (id.startsWith('systemd-')) return systemd(look, subject)
        if (id === 'nginx-not-running') return systemd(look, 'nginx.service')
        const local = look.facts.sites.some(
          ({ database }) =>
            database?.kind === 'mariadb' &&
            (database.socket !== undefined || /^(?:localhost|127\.|::1)/.test(database.host ?? '')),
        )
        return id === 'database-server-down' && local ? systemd(look, 'mariadb.service') : null
      },
    },
  ],
}
