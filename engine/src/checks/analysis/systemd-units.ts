import { basename } from 'node:path'
import { benchCheck, type Found } from './analysis-check.ts'

const finds = {
  'systemd-unit-failed': 'a unit of this bench has failed',
  'systemd-unit-stopped': 'an enabled unit of this bench does not run',
  'systemd-status-hidden': 'systemd could not be asked',
}
type Id = keyof typeof finds

/** What systemd says of this bench's units. */
export const systemdUnits = benchCheck({
  id: 'systemd-units',
  title: 'systemd’s units run',
  area: 'processes',
  timeoutMilliseconds: 6000,
  finds,
  run: async ({ facts, host }) => {
    const { kind, where } = facts.processManager
    const units = where
      .map((file) => basename(file))
      .filter((name) => name.endsWith('.service') && !name.includes('@.'))
    if (kind !== 'systemd' || units.length === 0) return []
    const properties = 'Id,ActiveState,SubState,Result,UnitFileState'
    const asked = await host.run({
      argv: ['systemctl', 'show', '--property', properties, ...units],
      timeoutMilliseconds: 4000,
    })
    if (asked.exitCode !== 0) {
      return [
        {
          ...{ id: 'systemd-status-hidden', severity: 'information', subject: 'systemd' },
          title: 'systemd could not be asked, so the state of its units was not judged.',
          evidence: (asked.stderr || `exit code ${asked.exitCode}`).trim().slice(0, 300),
          remedies: [`systemctl status ${units.join(' ')}`],
        },
      ]
    }
    return asked.stdout.split(/\n\s*\n/).flatMap((block): Found<Id>[] => {
      const fields = Object.fromEntries(
        [...block.matchAll(/^(\w+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]),
      )
      const { Id: unit = '', ActiveState: active = '', Result: result = '', UnitFileState: enabled = '' } = fields
      const evidence = `systemctl show: ActiveState=${active} SubState=${fields['SubState'] ?? ''} Result=${result}`
      const remedies = [`journalctl -u ${unit} -n 50 --no-pager`, `sudo systemctl restart ${unit}`]
      if (active === 'failed') {
        return [
          {
            ...{ id: 'systemd-unit-failed', severity: 'critical', evidence, remedies, subject: unit },
            title: `The unit ${unit} has failed.`,
          },
        ]
      }
      if (active === 'inactive' && enabled.startsWith('enabled')) {
        return [
          {
            ...{ id: 'systemd-unit-stopped', severity: 'warning', evidence, remedies, subject: unit },
            title: `The unit ${unit} is enabled and does not run.`,
          },
        ]
      }
      return []
    })
  },
})
