import { readTextFile } from '../../services/text-file.ts'
import { benchCheck, type Found } from './analysis-check.ts'

const BAD = /^(FATAL|BACKOFF|EXITED|STOPPED|UNKNOWN)$/

const finds = {
  'supervisor-program-failed': 'a program of this bench is FATAL, BACKOFF or EXITED in supervisor',
  'supervisor-program-stopped': 'a program of this bench is stopped in supervisor',
  'supervisor-program-unknown': 'supervisor does not know a program of this bench: its files were not read again',
  'supervisor-status-hidden': 'supervisor could not be asked by this user',
}
type Id = keyof typeof finds

/** What supervisord says of this bench's programs. */
export const supervisorStatus = benchCheck({
  id: 'supervisor-status',
  title: 'supervisor’s programs run',
  area: 'processes',
  timeoutMilliseconds: 6000,
  finds,
  run: async ({ facts, host, supervisorctl }) => {
    const { kind, where } = facts.processManager
    if (kind !== 'supervisor') return []
    const texts = await Promise.all(where.map((file) => readTextFile(host, file)))
    const programs = texts.flatMap((read) =>
      read.state === 'read' ? [...read.text.matchAll(/^\s*\[program:([^\]]+)\]/gm)].map(([, name = '']) => name) : [],
    )
    if (programs.length === 0) return []
    const asked = await host.run({ argv: [...supervisorctl, 'status'], timeoutMilliseconds: 4000 })
    const lines = [...asked.stdout.matchAll(/^(\S+)\s+([A-Z]+)\b\s*(.*)$/gm)].map(
      ([, name = '', state = '', rest = '']) => ({ name, state, rest }),
    )
    const found: Found<Id>[] = []
    if (lines.length === 0) {
      const evidence = (asked.stderr || asked.stdout || `exit code ${asked.exitCode}`).trim().slice(0, 300)
      return [
        {
          ...{ id: 'supervisor-status-hidden', severity: 'information', evidence, subject: 'supervisor' },
          title: 'supervisor could not be asked, so the state of its programs was not judged.',
          remedies: ['sudo supervisorctl status'],
        },
      ]
    }
    for (const { name, state, rest } of lines) {
      const program = name.slice(name.indexOf(':') + 1).replace(/_\d+$/, '')
      const mine = programs.some(
        (one) => one === program || one === name || name.slice(name.indexOf(':') + 1).startsWith(`${one}-`),
      )
      if (!mine || !BAD.test(state)) continue
      const stopped = state === 'STOPPED'
      found.push({
        ...{
          id: stopped ? 'supervisor-program-stopped' : 'supervisor-program-failed',
          severity: stopped ? 'warning' : 'critical',
        },
        title: `supervisor's program ${name} is ${state}.`,
        evidence: `supervisorctl status: ${name} ${state} ${rest}`.trim(),
        cause: stopped ? 'Somebody stopped it.' : 'It ended by itself, or never came up: its log says why.',
        remedies: [`sudo supervisorctl tail ${name} stderr`, `sudo supervisorctl start ${name}`],
        subject: name,
      })
    }
    const known = lines.map(({ name }) => name.slice(name.indexOf(':') + 1))
    for (const program of programs.filter(
      (one) => !known.some((name) => name === one || name.startsWith(`${one}_`) || name.startsWith(`${one}-`)),
    )) {
      found.push({
        ...{ id: 'supervisor-program-unknown', severity: 'warning', subject: program },
        title: `supervisor does not know the program ${program}.`,
        evidence: `${where.join(', ')}: [program:${program}]; supervisorctl status does not list it`,
        cause: 'Its files changed and were not read again.',
        remedies: ['sudo supervisorctl reread && sudo supervisorctl update'],
      })
    }
    return found
  },
})
