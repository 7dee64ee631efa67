import { usageError } from '../errors.ts'
import { shellWord } from '../shell-word.ts'

/** `[user@]host[:port]` taken apart; what is missing is left to the user's own ssh configuration. */
export interface ServerName {
  /** As it was typed. */
  text: string
  user: string | null
  host: string
  port: number | null
}

/** @throws MigratorError `server-name-invalid` (usage) */
export function parseServerName(text: string): ServerName {
  const found = /^(?:([^@\s:/-][^@\s:/]*)@)?(?:\[([0-9a-f:.%\w]+)\]|([^@\s:/[\]-][^@\s:/[\]]*))(?::(\d{1,5}))?$/i.exec(
    text,
  )
  const port = found?.[4] === undefined ? null : Number(found[4])
  const host = found?.[2] ?? found?.[3]
  if (host === undefined || (port !== null && (port < 1 || port > 65_535))) {
    throw usageError(
      'server-name-invalid',
      `${text} is no server that ssh could reach.`,
      'Name it as [user@]host[:port]: frappe@erp.example.com, root@203.0.113.7:2222, [2001:db8::7]:22, or a Host of your ssh configuration.',
    )
  }
  return { text, user: found?.[1] ?? null, host, port }
}

/** The words that name a server to ssh, after its options. */
export const serverWords = ({ user, host, port }: ServerName): string[] => [
  ...(port === null ? [] : ['-p', String(port)]),
  ...(user === null ? [] : ['-l', user]),
  '--',
  host,
]

/** What a person types to see for herself: `ssh -F FILE -p 2222 root@host exit`. */
export function typedCommand({ user, host, port }: ServerName, configPath: string | null): string {
  const words = [
    'ssh',
    ...(configPath === null ? [] : ['-F', configPath]),
    ...(port === null ? [] : ['-p', String(port)]),
    user === null ? host : `${user}@${host}`,
    'exit',
  ]
  return words.map(shellWord).join(' ')
}
