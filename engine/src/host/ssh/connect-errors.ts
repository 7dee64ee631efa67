import { type FailureClass, MigratorError } from '../errors.ts'
import { shellWord } from '../shell-word.ts'
import { type ServerName, typedCommand } from './server-name.ts'

/** What ssh said when it could not connect; `verbose` with -v, for the fingerprint and the keys that were offered. */
export interface Refusal {
  words: string
  verbose: string
}

type Explained = { code: string; message: string; hint: string; failureClass: FailureClass; evidence?: string }

const UNTOUCHED = 'Nothing was read or changed on that server.'

/** Says in a user's words why ssh did not connect, with ssh's own as evidence. */
export function connectError(server: ServerName, configPath: string | null, refusal: Refusal): MigratorError {
  const explained = explain(server, typedCommand(server, configPath), refusal)
  return new MigratorError({
    kind: 'refused',
    evidence: withoutDebug(refusal.words) || 'ssh ended without a word',
    untouched: UNTOUCHED,
    ...explained,
  })
}

function explain(server: ServerName, typed: string, { words, verbose }: Refusal): Explained {
  const { text, host } = server
  if (/REMOTE HOST IDENTIFICATION HAS CHANGED/.test(words)) return hostKeyChanged(server, words, verbose)
  if (/Host key verification failed|host key is known for/.test(words)) {
    return {
      code: 'host-key-unknown',
      message: `The server ${text} showed a key that this account has not accepted yet.`,
      evidence: `its key: ${fingerprint(verbose) ?? 'not told'}`,
      hint: `Compare the fingerprint with the one its provider shows, or on the server itself: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub. If they are equal, accept it once: ${typed}`,
      failureClass: 'configuration',
    }
  }
  if (/Permission denied|Too many authentication failures/.test(words)) {
    const offered = [...verbose.matchAll(/Offering public key: (.+)/g)].map(([, key = '']) => key.trim())
    return {
      code: 'ssh-key-refused',
      message: `The server ${text} accepts none of the keys that ssh offered; passwords are never used.`,
      evidence: `${lastLine(words)}; offered: ${offered.join(', ') || 'no key at all'}`,
      hint: `Load your key (ssh-add) or bring it there (ssh-copy-id). This must work without a question: ${typed}`,
      failureClass: 'permission',
    }
  }
  if (/Could not resolve hostname/.test(words)) {
    return {
      code: 'ssh-name-unknown',
      message: `There is no server of the name ${host}.`,
      hint: 'Correct the name, use its address, or add it as a Host to your ssh configuration.',
      failureClass: 'configuration',
    }
  }
  if (/Connection refused/.test(words)) {
    return {
      code: 'ssh-refused',
      message: `Nothing listens for ssh at ${text}.`,
      hint: 'Name the right port ([user@]host:port), or start sshd there.',
      failureClass: 'configuration',
    }
  }
  if (/timed out|No route to host|Network is unreachable/i.test(words)) {
    return {
      code: 'ssh-unreachable',
      message: `The server ${text} does not answer.`,
      hint: `Look whether it runs, and whether a firewall lets ssh through. Try: ${typed}`,
      failureClass: 'service',
    }
  }
  if (/bad configuration option|Can't open user config file|terminating, \d+ bad/i.test(words)) {
    return {
      code: 'ssh-configuration-bad',
      message: 'ssh does not accept its configuration.',
      hint: 'Correct the file and line it names.',
      failureClass: 'configuration',
    }
  }
  if (/ENOENT/.test(words)) {
    return {
      code: 'ssh-missing',
      message: 'The program ssh is not on this machine.',
      hint: 'Install it (apt-get install openssh-client), then try again.',
      failureClass: 'dependency',
    }
  }
  if (/kex_exchange_identification|banner exchange|invalid characters|Connection (closed|reset) by/.test(words)) {
    return {
      code: 'ssh-not-spoken',
      message: `What answers at ${text} is no ssh server, or it turned us away before saying a word.`,
      hint: `Check the port. Try: ${typed}`,
      failureClass: 'configuration',
    }
  }
  return {
    code: 'ssh-failed',
    message: `There is no usable connection to ${text}: a shell was asked for and did not come.`,
    hint: `This must work without a question and print nothing but its end: ${typed}`,
    failureClass: 'unknown',
  }
}

function hostKeyChanged({ text, host, port }: ServerName, words: string, verbose: string): Explained {
  const [, file, line] = /Offending \S+ key in (\S+):(\d+)/.exec(words) ?? []
  const named = port === null || port === 22 ? host : `[${host}]:${port}`
  const where = file === undefined ? '' : `; another stands in ${file}, line ${line}`
  const remove = ['ssh-keygen', ...(file === undefined ? [] : ['-f', file]), '-R', named].map(shellWord).join(' ')
  return {
    code: 'host-key-changed',
    message: `The server ${text} shows another key than it did before: it was installed anew, or somebody stands between.`,
    evidence: `its key now: ${fingerprint(verbose) ?? /(?:is|key)\s+(SHA256:\S+?)\.?\s/.exec(words)?.[1] ?? 'not told'}${where}`,
    hint: `Ask whoever runs the server for its fingerprint. Only when it is the one above: ${remove}, then accept the new one by hand.`,
    failureClass: 'configuration',
  }
}

const fingerprint = (verbose: string): string | undefined =>
  [...verbose.matchAll(/Server host key: (\S+ SHA256:\S+)/g)].at(-1)?.[1]

const withoutDebug = (words: string): string =>
  words
    .split('\n')
    .filter((line) => !/^(debug\d|OpenSSH_|Warning: Permanently)/.test(line) && line.trim() !== '')
    .join('\n')
    .slice(-600)

const lastLine = (words: string): string => withoutDebug(words).split('\n').at(-1) ?? ''

/** A connection that was there and ended: whatever was under way is unknown. */
export const connectionLost = (server: string, words: string): MigratorError =>
  new MigratorError({
    code: 'connection-lost',
    kind: 'failed',
    message: `The connection to ${server} broke.`,
    evidence: withoutDebug(words) || 'it was closed from the other side',
    untouched: 'What was under way there may have come to its end, or not: resume and rollback look before they go on.',
    hint: 'When the server can be reached again: frappe-migrator resume, or frappe-migrator rollback.',
    failureClass: 'service',
  })
