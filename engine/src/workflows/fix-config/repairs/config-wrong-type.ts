import type { JsonFile } from '../../../bench/bench-facts.ts'
import type { Repair, RepairLook } from '../repair.ts'
import { siteOf } from '../repair.ts'
import { setConfig, setKeys } from '../steps.ts'

const FLAGS = new Set(['maintenance_mode', 'pause_scheduler', 'dns_multitenant'])
const PORTS = new Set(['webserver_port', 'socketio_port', 'file_watcher_port', 'nginx_port', 'http_port', 'db_port'])
/** A number here was meant as text; its digits are not lost. Passwords stay out of plans: they are left to somebody. */
const TEXTS = new Set(['db_name', 'db_user', 'db_host', 'host_name', 'default_site', 'bench_id'])

/** The value of the right type that was meant; undefined where that is not certain. */
function meant(key: string, value: unknown): string | number | string[] | undefined {
  if (FLAGS.has(key) && typeof value === 'string') {
    if (/^\s*(?:true|yes|on|1)\s*$/i.test(value)) return 1
    return /^\s*(?:false|no|off|0|)\s*$/i.test(value) ? 0 : undefined
  }
  if (PORTS.has(key) && typeof value === 'string') {
    const port = Number(/^\s*:?(\d{1,5})\s*$/.exec(value)?.[1] ?? Number.NaN)
    return port > 0 && port < 65_536 ? port : undefined
  }
  if (TEXTS.has(key) && typeof value === 'number') return String(value)
  if (key === 'domains' && typeof value === 'string' && /^[\w.-]+$/.test(value)) return [value]
  return undefined
}

const fileOf = ({ facts }: RepairLook, path: string): JsonFile | undefined =>
  [facts.commonConfig, ...facts.sites.map(({ config }) => config)].find((file) => file.path === path)

/** A value of the wrong type that can only have been meant one way: "true" for a switch, a number for a name. */
export const configWrongType: Repair = {
  id: 'config-wrong-type',
  findings: ['config-wrong-type'],
  cause: 'site_misconfiguration',
  remedies: [
    {
      ...{ id: 'as-meant', risk: 'low', prior: { worked: 9, failed: 1 } },
      describe: 'Write the value as the type that was meant',
      plan: (look, finding) => {
        const key = /"([^"]+)" is /.exec(finding.evidence)?.[1]
        const value = key === undefined ? undefined : meant(key, fileOf(look, finding.subject)?.value?.[key])
        if (key === undefined || value === undefined) return null
        return {
          steps: [setKeys(finding.subject, { [key]: value }, `Write ${key} as ${JSON.stringify(value)}`)],
          commands: [
            setConfig(siteOf(look.facts, finding)?.name ?? null, key, Array.isArray(value) ? value.join() : value),
          ],
          mark: `"${key}" is `,
        }
      },
    },
  ],
}
