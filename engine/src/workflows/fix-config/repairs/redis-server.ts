import type { Finding } from '../../../bench/finding.ts'
import { lineEdit } from '../../../changes/line-edits.ts'
import { ownRedisPorts, redisAddresses } from '../../../checks/analysis/redis-addresses.ts'
import { mayBeRoot, type Repair, type RepairLook, type RepairPlan, type RepairStep } from '../repair.ts'
import { setConfig, setKeys } from '../steps.ts'

const PATIENCE_SECONDS = 8
/** Where bench's own ports begin; others follow by hundreds and tens. */
const FIRST_PORT = 13_010

const addressOf = (look: RepairLook, { subject }: Finding) =>
  redisAddresses(look).find(({ keys, local, port }) => keys === subject && local && port !== null)

const nameOf = ({ facts }: RepairLook): string => facts.path.slice(facts.path.lastIndexOf('/') + 1)
const keysOf = ({ subject }: Finding): string[] => subject.split(', ')

/**
 * Whether the bench is at work without its Redis. Where nothing of it runs, `bench start` starts Redis too, and would stumble over one
 * that is there already.
 */
const isUp = ({ facts }: RepairLook): boolean =>
  facts.servedBy !== 'none' ||
  facts.processManager.running.some(({ command }) => /\b(?:worker|schedule)\b/.test(command))

const isKept = ({ facts }: RepairLook): boolean => ['supervisor', 'systemd'].includes(facts.processManager.kind)

/** Started by what keeps it, else from the bench's own file for it. */
async function start(look: RepairLook, file: string, port: number): Promise<{ step: RepairStep; command: string }> {
  const { kind } = look.facts.processManager
  const privileged = look.host.userId !== 0 && (await mayBeRoot(look))
  const purpose = file.slice(file.lastIndexOf('redis_') + 'redis_'.length, -'.conf'.length)
  if (kind === 'supervisor') {
    const name = `${nameOf(look)}-redis:${nameOf(look)}-redis-${purpose}`
    const params = { manager: 'supervisor', name, action: 'restart', supervisorctl: look.supervisorctl, privileged }
    return { step: { kind: 'service', params }, command: `sudo supervisorctl restart ${name}` }
  }
  if (kind === 'systemd') {
    const name = `${nameOf(look)}-redis-${purpose}.service`
    const params = { manager: 'systemd', name, action: 'restart', privileged }
    return { step: { kind: 'service', params }, command: `sudo systemctl restart ${name}` }
  }
  const config = file.slice(look.facts.path.length + 1)
  return {
    step: { kind: 'start-redis', params: { config, port } },
    command: `cd ${look.facts.path} && redis-server ${config} --daemonize yes`,
  }
}

/** A port that nobody listens on and no file of this bench names. */
async function freePort(look: RepairLook, taken: number[]): Promise<number> {
  const used = new Set([
    ...(await look.host.listeners()).map(({ port }) => port),
    ...taken,
    ...look.facts.ports.map(({ port }) => port),
  ])
  let port = FIRST_PORT
  while (used.has(port)) port += 1
  return port
}

async function moveAway(look: RepairLook, finding: Finding): Promise<RepairPlan | null> {
  const address = addressOf(look, finding)
  const own = await ownRedisPorts(look)
  const mine = own.find(({ port }) => port === address?.port)
  // A password in the address would stand in the plan.
  if (address === undefined || mine === undefined || address.url.includes('@')) return null
  const lines = (await look.host.readFile(mine.file)).toString().split('\n')
  const at = lines.findIndex((line) => new RegExp(`^\\s*port\\s+${mine.port}\\s*$`).test(line))
  const line = lines[at]
  if (line === undefined) return null
  const port = await freePort(
    look,
    own.map((one) => one.port),
  )
  const url = `redis://${address.host ?? '127.0.0.1'}:${port}`
  const edit = lineEdit(at + 1, line, [
    { at: line.indexOf(String(mine.port)), from: String(mine.port), to: String(port) },
  ])
  const started = await start(look, mine.file, port)
  return {
    steps: [
      {
        kind: 'edit-text',
        params: { path: mine.file, edits: [edit], privileged: false, purpose: `Give this bench's Redis port ${port}` },
      },
      setKeys(
        look.facts.commonConfig.path,
        Object.fromEntries(keysOf(finding).map((key) => [key, url])),
        `Let the bench look for its Redis on port ${port}`,
      ),
      ...(isKept(look) || isUp(look) ? [started.step] : []),
    ],
    commands: [
      ...keysOf(finding).map((key) => setConfig(null, key, url)),
      'bench setup redis',
      started.command,
      'bench restart',
    ],
    patienceSeconds: PATIENCE_SECONDS,
  }
}

/** The Redis of the bench: started, looked for where it is, or given a port of its own. Nobody else's Redis is ever ended. */
export const redisServer: Repair = {
  id: 'redis-server',
  findings: [
    'redis-port-mismatch',
    'redis-not-running',
    'redis-of-other-bench',
    'redis-port-held-by-docker',
    'redis-port-held-by-foreign-redis',
    'redis-port-held-by-foreign-process',
  ],
  cause: 'redis_issue',
  remedies: [
    {
      ...{ id: 'address-of-file', risk: 'low', prior: { worked: 9, failed: 1 } },
      describe: "Let the configuration name the port that this bench's Redis has",
      plan: (look, finding) => {
        const port = /: port (\d+)$/.exec(finding.evidence)?.[1]
        const address = addressOf(look, finding)
        if (finding.id !== 'redis-port-mismatch' || port === undefined || address?.url.includes('@') !== false)
          return null
        const url = `redis://${address.host ?? '127.0.0.1'}:${port}`
        return {
          steps: [
            setKeys(
              look.facts.commonConfig.path,
              Object.fromEntries(keysOf(finding).map((key) => [key, url])),
              `Let the bench look for its Redis on port ${port}`,
            ),
          ],
          commands: [...keysOf(finding).map((key) => setConfig(null, key, url)), 'bench restart'],
        }
      },
    },
    {
      ...{ id: 'start', risk: 'medium', prior: { worked: 8, failed: 2 } },
      describe: 'Start it from the file the bench has for it',
      plan: async (look, finding) => {
        const address = addressOf(look, finding)
        const mine = (await ownRedisPorts(look)).find(({ port }) => port === address?.port)
        if (finding.id !== 'redis-not-running' || mine === undefined || !(isKept(look) || isUp(look))) return null
        const { step, command } = await start(look, mine.file, mine.port)
        return { steps: [step], commands: [command], patienceSeconds: PATIENCE_SECONDS }
      },
    },
    {
      ...{ id: 'port-of-its-own', risk: 'medium', prior: { worked: 7, failed: 3 } },
      describe: "Give this bench's Redis a free port and leave the other one alone",
      plan: (look, finding) => (/held-by|other-bench/.test(finding.id) ? moveAway(look, finding) : null),
    },
  ],
}
