import type { Listener, ProcessFacts, ProcessIdentity } from '../host.ts'
import { DELETED, parseListeners, parseStat } from '../local/processes.ts'
import { shellWord as word } from '../shell-word.ts'
import type { ActorShell } from './actor-shell.ts'

/** Prints `<state> <process group> <start time> <boot id>` of $pid, or nothing when it is gone. */
const IDENTITY = `
  boot=; IFS= read -r boot < /proc/sys/kernel/random/boot_id
  stat=$(cat "/proc/$pid/stat" 2>/dev/null) || exit 0
  set -f; set -- \${stat##*") "}
  echo "$1 $3 \${20} $boot"`

async function look(shell: ActorShell, pid: number): Promise<{ group: number; identity: ProcessIdentity } | null> {
  const text = (await shell.read(`pid=${pid}${IDENTITY}`, `process ${pid}`)).toString().trim()
  const [state, group, startTime, bootId] = text.split(' ')
  if (startTime === undefined || bootId === undefined || state === 'Z' || state === 'X') return null
  return { group: Number(group), identity: { pid, startTime, bootId } }
}

/** See Host.processIdentity. */
export const processIdentity = async (shell: ActorShell, pid: number): Promise<ProcessIdentity | null> =>
  (await look(shell, pid))?.identity ?? null

/** See Host.isHiddenProcess. */
export async function isHiddenProcess(shell: ActorShell, pid: number): Promise<boolean> {
  const { code, output } = await shell.ask(`kill -0 ${pid}`)
  return code !== 0 && output.includes('Operation not permitted')
}

/** See Host.endProcess. Every channel is a session of its own: whoever became another user in it is in the same group. */
export async function endProcess(
  shell: ActorShell,
  identity: ProcessIdentity,
  signal: 'SIGTERM' | 'SIGKILL',
): Promise<boolean> {
  const now = await look(shell, identity.pid)
  if (now?.identity.startTime !== identity.startTime || now.identity.bootId !== identity.bootId) return false
  const { code } = await shell.ask(`kill -s ${signal.slice(3)} -- -${now.group}`)
  return code === 0
}

/** Each part is one program for all processes: a shell that starts several for each would take seconds. */
const PROCESSES = `
  cat /proc/sys/kernel/random/boot_id; echo
  cat /proc/[0-9]*/stat 2>/dev/null; echo
  grep -H '^Uid:' /proc/[0-9]*/status 2>/dev/null; echo
  find /proc/[0-9]*/cwd /proc/[0-9]*/exe -maxdepth 0 -printf '%p %l\\0' 2>/dev/null; printf '\\0'
  grep -az '' /proc/[0-9]*/cmdline 2>/dev/null
  exit 0`

/** See Host.processes. */
export async function processes(shell: ActorShell): Promise<ProcessFacts[]> {
  const output = (await shell.read(PROCESSES, 'the processes')).toString()
  const [boot = '', stats = '', users = ''] = output.split('\n\n')
  const tail = output.slice(boot.length + stats.length + users.length + 6)
  const endOfLinks = tail.indexOf('\0\0') + 1
  const links = byPid(tail.slice(0, endOfLinks).split('\0'), /^\/proc\/(\d+)\/(cwd|exe) (.*)$/s)
  const words = byPid(tail.slice(endOfLinks + 1).split('\0'), /^\/proc\/(\d+)\/(cmdline):(.*)$/s)
  const uids = byPid(users.split('\n'), /^\/proc\/(\d+)\/status:(Uid):\s+(\d+)/)
  const found = stats.split('\n').flatMap((line): ProcessFacts[] => {
    const pid = Number.parseInt(line, 10)
    const parsed = parseStat(line)
    const userId = uids.get(`${pid} Uid`)?.[0]
    if (!parsed || parsed.state === 'Z' || userId === undefined) return []
    // A link that may not be seen is printed as nothing.
    const program = links.get(`${pid} exe`)?.[0] || null
    const argv = words.get(`${pid} cmdline`) ?? []
    return [
      {
        ...{
          pid,
          startTime: parsed.startTime,
          bootId: boot.trim(),
          parent: parsed.parent,
          userId: Number(userId),
          argv,
        },
        directory: links.get(`${pid} cwd`)?.[0] || null,
        lostProgram: program?.endsWith(DELETED) ? program.slice(0, -DELETED.length) : null,
      },
    ]
  })
  return withoutReplaced(shell, found)
}

/** Values by `<pid> <what>`, in order. */
function byPid(lines: string[], pattern: RegExp): Map<string, string[]> {
  const found = new Map<string, string[]>()
  for (const line of lines) {
    const [, pid, what, value = ''] = pattern.exec(line) ?? []
    if (pid === undefined) continue
    const key = `${pid} ${what}`
    const values = found.get(key)
    if (values) values.push(value)
    else found.set(key, [value])
  }
  return found
}

/** An upgrade puts a new file in the place of the old one: then nothing is lost. */
async function withoutReplaced(shell: ActorShell, found: ProcessFacts[]): Promise<ProcessFacts[]> {
  const lost = [...new Set(found.flatMap(({ lostProgram }) => (lostProgram === null ? [] : [lostProgram])))]
  if (lost.length === 0) return found
  const tests = lost.map((path) => `[ -e ${word(path)} ]; echo $?`).join('\n')
  const present = (await shell.read(tests, 'the programs of processes')).toString().trim().split('\n')
  const replaced = new Set(lost.filter((_, index) => present[index] === '0'))
  return found.map((one) =>
    one.lostProgram !== null && replaced.has(one.lostProgram) ? { ...one, lostProgram: null } : one,
  )
}

const LISTENERS = `
  cat /proc/net/tcp; echo; cat /proc/net/tcp6 2>/dev/null; echo
  find /proc/[0-9]*/fd -mindepth 1 -maxdepth 1 -lname 'socket:*' -printf '%h %l\\n' 2>/dev/null
  exit 0`

/** See Host.listeners. */
export async function listeners(shell: ActorShell): Promise<Listener[]> {
  const [ipv4 = '', ipv6 = '', sockets = ''] = (await shell.read(LISTENERS, 'the ports')).toString().split('\n\n')
  const owners = new Map<string, number>()
  for (const [, pid, inode] of sockets.matchAll(/^\/proc\/(\d+)\/fd socket:\[(\d+)\]$/gm)) {
    if (inode !== undefined && !owners.has(inode)) owners.set(inode, Number(pid))
  }
  return [ipv4, ipv6].flatMap((table) => parseListeners(table, owners))
}
