import { numberAt } from '../../../bench/config-keys.ts'
import type { Finding } from '../../../bench/finding.ts'
import { lineEdit } from '../../../changes/line-edits.ts'
import { mayBeRoot, type Repair, type RepairLook, type RepairStep } from '../repair.ts'
import { setConfig, setKeys } from '../steps.ts'

const PATIENCE_SECONDS = 15
/** Where bench writes the port: `gunicorn -b 127.0.0.1:8000` and `bench serve --port 8000`. */
const STARTED = /(?:gunicorn[^\n]*?-b\s+\S*?:|bench\s+serve[^\n]*?--port[ =])(\d+)/

/** The port that the bench's processes are started with, and the one that the configuration says. */
function portsIn({ evidence }: Finding): { started: number; configured: number } | null {
  const [, started, configured] = /: port (\d+); .*: webserver_port (\d+)$/.exec(evidence) ?? []
  return started === undefined || configured === undefined
    ? null
    : { started: Number(started), configured: Number(configured) }
}

/** Whether the web server listens, or nginx hands on, where it is started: then the configuration is what is wrong. */
async function isStartedRight({ host, facts }: RepairLook, started: number, configured: number): Promise<boolean> {
  const listening = new Set((await host.listeners()).map(({ port }) => port))
  if (listening.has(started) !== listening.has(configured)) return listening.has(started)
  const handed = new Set((facts.nginx?.upstreams ?? []).flatMap(({ servers }) => servers))
  return [...handed].some((server) => server.endsWith(`:${started}`))
}

/** One of the two ports was changed alone: webserver_port, or the one in the files that start the web server. */
export const webPort: Repair = {
  id: 'web-port',
  findings: ['web-port-mismatch'],
  cause: 'proxy_upstream_down',
  remedies: [
    {
      ...{ id: 'port-of-server', risk: 'medium', prior: { worked: 8, failed: 2 } },
      describe: 'Let webserver_port say the port that the web server has',
      plan: async (look, finding) => {
        const ports = portsIn(finding)
        if (ports === null || !(await isStartedRight(look, ports.started, ports.configured))) return null
        const { path } = look.facts.commonConfig
        return {
          steps: [setKeys(path, { webserver_port: ports.started }, `Set webserver_port to ${ports.started}`)],
          commands: [setConfig(null, 'webserver_port', ports.started)],
        }
      },
    },
    {
      ...{ id: 'port-of-configuration', risk: 'medium', prior: { worked: 7, failed: 3 } },
      describe: 'Let the web server be started on webserver_port',
      plan: async (look, finding) => {
        const ports = portsIn(finding)
        const { kind } = look.facts.processManager
        // systemd's units are root's, and its manager must read them anew: somebody is guided through that.
        if (ports === null || kind === 'systemd' || numberAt(look.facts.commonConfig.value, 'webserver_port') === null)
          return null
        if (await isStartedRight(look, ports.started, ports.configured)) return null
        const path = await look.host.realPath(finding.subject)
        if ((await look.host.status(path))?.userId !== look.host.userId && look.host.userId !== 0) return null
        const steps = editsOf((await look.host.readFile(path)).toString(), path, ports.configured)
        if (steps.length === 0) return null
        if (kind !== 'supervisor') return { steps, commands: ['bench setup procfile', 'bench start'] }
        const privileged = look.host.userId !== 0 && (await mayBeRoot(look))
        const params = { manager: kind, name: 'web', action: 'update', supervisorctl: look.supervisorctl, privileged }
        return {
          steps: [...steps, { kind: 'service', params }],
          commands: ['bench setup supervisor', 'sudo supervisorctl reread && sudo supervisorctl update'],
          patienceSeconds: PATIENCE_SECONDS,
        }
      },
    },
  ],
}

function editsOf(text: string, path: string, to: number): RepairStep[] {
  const edits = text.split('\n').flatMap((line, index) => {
    const found = STARTED.exec(line)
    const from = found?.[1]
    if (found === null || from === undefined || from === String(to)) return []
    return [lineEdit(index + 1, line, [{ at: found.index + found[0].length - from.length, from, to: String(to) }])]
  })
  if (edits.length === 0) return []
  const purpose = `Start the web server on port ${to}`
  return [{ kind: 'edit-text', params: { path, edits, privileged: false, purpose } }]
}
