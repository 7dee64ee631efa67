import type { Command } from '../host.ts'
import { shellWord } from '../shell-word.ts'

/**
 * What the shell of one channel is told, at the other end of ssh. It reads its script from its input, by length, so that no
 * login shell has to understand it and no process list shows it; then what descriptors from 3 on shall hold; then `g`, without
 * which nothing is started; then the command's own input. It says who it is before, and on stderr how the command ended.
 */
export interface ChannelScript {
  /** For the login shell, which may be any. */
  bootstrap: string[]
  script: Buffer
  /** After the script, once the process is known to whoever wants to know it. */
  rest: Buffer
  /** Begins the line that says who it is, and on stderr the lines around the command's own. */
  nonce: string
}

const WITH_SYSTEM_PROGRAMS = 'PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin'

export function channelScript(command: Omit<Command, 'input'>, nonce: string): ChannelScript {
  const secrets = (command.secrets ?? []).map((content) => Buffer.from(content))
  const script = Buffer.from(
    // A script that was cut off does not parse, so that nothing of it runs.
    [
      '{',
      `printf '\\n%s\\n' ${nonce} >&2`,
      'trap : TERM', // who is asked to end ends its command, and tells how that ended
      'set -f; IFS= read -r stat < /proc/$$/stat; IFS= read -r boot < /proc/sys/kernel/random/boot_id',
      `set -- \${stat##*") "}`,
      `printf '\\n%s %s %s %s\\n' ${nonce} $$ "\${20}" "$boot"`,
      // A command substitution takes line ends away: one letter more keeps them.
      ...secrets.map((secret, index) => `secret${index}=$(head -c ${secret.length}; printf x)`),
      '[ "$(head -c 1)" = g ] || exit 125',
      WITH_SYSTEM_PROGRAMS,
      command.directory === undefined
        ? 'cd -- "$HOME" 2>/dev/null || cd /'
        : `cd -- ${shellWord(command.directory)} || { printf '\\n%s 127\\n' ${nonce} >&2; exit 127; }`,
      withSecrets(`exec env -i ${environmentOf(command)} ${command.argv.map(shellWord).join(' ')}`, secrets.length),
      `printf '\\n%s %s\\n' ${nonce} $? >&2`,
      '}',
      '',
    ].join('\n'),
  )
  return {
    bootstrap: ['sh', '-c', `eval "$(head -c ${script.length})"`],
    script,
    rest: Buffer.concat([...secrets, Buffer.from('g')]),
    nonce,
  }
}

/** Each secret is written by a builtin into a pipe: it stands in no file, no argument and no environment. */
function withSecrets(command: string, count: number): string {
  if (count === 0) return `(${command})`
  const last = `exec ${2 + count}<&0 0<&9 9<&-; ${command}`
  let inner = last
  for (let index = count - 1; index >= 0; index--) {
    const piped = `printf %s "\${secret${index}%x}" | { ${inner}; }`
    inner = index === 0 ? piped : `exec ${2 + index}<&0; ${piped}`
  }
  return `exec 9<&0\n${inner}`
}

/** The few variables that a command inherits, as on this machine, and those it is given. */
function environmentOf(command: Omit<Command, 'input'>): string {
  const kept = ['LANG', 'LC_ALL', 'TZ', 'TMPDIR'].map((name) => `\${${name}+"${name}=$${name}"}`)
  const given = Object.entries(command.environment ?? {}).map(([name, value]) => shellWord(`${name}=${value}`))
  return ['PATH="$PATH"', 'HOME="$HOME"', 'USER="$USER"', 'LOGNAME="$LOGNAME"', ...kept, ...given].join(' ')
}
