import type { Draft } from './draft.ts'
import type { NginxServer, NginxWord } from './nginx-facts.ts'

/** Takes a name out of a block's `server_name`, and the white space before it. */
export function dropWord(draft: Draft, server: NginxServer, word: NginxWord, what: string): void {
  const path = word.file ?? server.file
  const { text } = draft.file(path)
  const gap = /\s+$/.exec(text.slice(0, word.start))?.[0].length ?? 0
  const lineStart = text.lastIndexOf('\n', word.start - gap - 1) + 1
  const start = text.slice(lineStart, word.start - gap).includes('#') ? word.start : word.start - gap
  draft.replace(path, { start, end: word.end }, '', what)
}
