import type { BenchFacts } from '../../bench/bench-facts.ts'
import { redactCommand } from '../../bench/redact.ts'
import { type LineEdit, lineEdit } from '../../changes/line-edits.ts'
import { rewriteText } from '../../rewrite/rewrite-text.ts'
import type { RenameNames } from './names.ts'

/** Lines of one text file that name the site. */
export interface TextFileEdits {
  path: string
  kind: 'currentsite' | 'hosts' | 'system-crontab' | 'user-crontab'
  edits: LineEdit[]
  /** The same lines whole, for people: what looks like a secret is masked. */
  shown: { line: number; before: string; after: string }[]
}

type Edited = Pick<TextFileEdits, 'edits' | 'shown'>

/** Tabs between the words of a hosts file. */
const onOneLine = (text: string): string => text.trim().replace(/\s+/g, ' ')

const shownLine = (line: number, before: string, after: string) => ({
  line,
  before: redactCommand(onOneLine(before)),
  after: redactCommand(onOneLine(after)),
})

/** Host names standing alone count here: these lines name sites, not prose. */
function edited(line: number, text: string, names: RenameNames): Edited {
  const { directory } = names
  const rules = [
    { from: names.source.host, to: names.target },
    ...names.hosts,
    ...(directory ? [{ from: directory.from.toLowerCase(), to: directory.to }] : []),
  ]
  const { changed, value } = rewriteText(text, rules, { form: 'host', json: false })
  if (changed.length === 0) return { edits: [], shown: [] }
  const words = changed.map(({ start, before, after }) => ({ at: start, from: before, to: after }))
  return { edits: [lineEdit(line, text, words)], shown: [shownLine(line, text, value)] }
}

/**
 * A file in /etc/cron.d runs commands as any user: without root of our own it is left to the administrator. So is the crontab of
 * somebody else than the bench's owner.
 */
export const isByHand = (file: TextFileEdits, facts: BenchFacts, privileged: (path: string) => boolean): boolean =>
  (file.kind === 'system-crontab' && privileged(file.path)) ||
  (file.kind === 'user-crontab' && file.path !== `crontab of ${facts.ownerName}`)

/** currentsite.txt, the hosts file, crontabs: only lines that name this site, only the name in them. */
export function planTextFiles(facts: BenchFacts, names: RenameNames): TextFileEdits[] {
  const found: TextFileEdits[] = []
  const { currentSite } = facts
  if (currentSite && names.directory && currentSite.text.trim() === names.directory.from) {
    const lines = currentSite.text.split('\n')
    const { from, to } = names.directory
    const index = lines.findIndex((line) => line.trim() === from)
    const line = lines[index] ?? ''
    const edit = lineEdit(index + 1, line, [{ at: line.indexOf(from), from, to }])
    found.push({ path: currentSite.path, kind: 'currentsite', edits: [edit], shown: [shownLine(index + 1, from, to)] })
  }
  const byFile = new Map<string, TextFileEdits>()
  const add = (path: string, kind: TextFileEdits['kind'], { edits, shown }: Edited) => {
    const entry = byFile.get(path) ?? { path, kind, edits: [], shown: [] }
    entry.edits.push(...edits)
    entry.shown.push(...shown)
    if (entry.edits.length) byFile.set(path, entry)
  }
  for (const entry of facts.hostsEntries) add(entry.path, 'hosts', edited(entry.line, entry.text, names))
  for (const line of facts.crontab) {
    // Where the directory keeps its name, a line that names it still works.
    if (!names.directory && !rewriteText(line.text, names.hosts, { form: 'url', json: false }).changed.length) continue
    add(
      line.where,
      line.kind === 'user-crontab' ? 'user-crontab' : 'system-crontab',
      edited(line.line, line.text, names),
    )
  }
  return [...found, ...byFile.values()]
}
