import type { BenchFacts } from '../../bench/bench-facts.ts'
import { canonicalHost } from '../../bench/host-name.ts'
import { redactCommand } from '../../bench/redact.ts'
import { type LineEdit, lineEdit } from '../../changes/line-edits.ts'
import { isAmbiguousHost } from '../../rewrite/host-name.ts'
import type { HostRule, ValueForm } from '../../rewrite/host-rule.ts'
import { rewriteText } from '../../rewrite/rewrite-text.ts'
import { applySplices } from '../../rewriting/splices.ts'
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

/** A word of a line to replace. */
type Word = LineEdit['words'][number]

function edited(line: number, text: string, words: Word[]): Edited {
  if (words.length === 0) return { edits: [], shown: [] }
  const after = applySplices(
    text,
    words.map(({ at, from, to }) => [at, at + from.length, to]),
  )
  return { edits: [lineEdit(line, text, words)], shown: [shownLine(line, text, after)] }
}

/** Host names standing alone count here: these lines name sites, not prose. A name too common to be the site's is not among them. */
function hostWords(text: string, names: RenameNames): Word[] {
  const { directory, source, target } = names
  const rules: HostRule[] = [
    { from: source.host, to: target },
    ...names.hosts,
    ...(directory ? [{ from: canonicalHost(directory.from), to: directory.to }] : []),
  ].filter(({ from }) => !isAmbiguousHost(from))
  return wordsOf(text, rules, 'host')
}

/** `--also-rewrite localhost` speaks of links; the machine goes on being called so. */
const linkWords = (text: string, { hosts }: RenameNames): Word[] =>
  wordsOf(
    text,
    hosts.filter(({ from }) => isAmbiguousHost(from)),
    'url',
  )

const wordsOf = (text: string, rules: HostRule[], form: ValueForm): Word[] =>
  rewriteText(text, rules, { form, json: false }).changed.map(({ start, before, after }) => ({
    at: start,
    from: before,
    to: after,
  }))

/** Where a word can only be the directory of a site: behind `--site`, and in a path into this bench's `sites/`. */
function directoryWords(text: string, names: RenameNames, benchPath: string): Word[] {
  const { directory } = names
  if (!directory || !isAmbiguousHost(directory.from) || entersElsewhere(text, benchPath)) return []
  const name = escapeRegex(directory.from)
  const sites = `(?:${escapeRegex(benchPath)}/|(?<![\\w./-])(?:\\./)?)sites/`
  const pattern = new RegExp(`(?:(?<!\\S)--site(?:=|\\s+)["']?|${sites})(${name})(?=["']?(?:[\\s;&|)]|$)|/)`, 'dg')
  return [...text.matchAll(pattern)].flatMap((match) => {
    const at = match.indices?.[1]?.[0]
    return at === undefined ? [] : [{ at, from: directory.from, to: directory.to }]
  })
}

/** `cd /home/other/bench && bench --site site1 …`: a common name is some other bench's site there. */
function entersElsewhere(text: string, benchPath: string): boolean {
  const entered = [...text.matchAll(/\bcd\s+["']?(\/[^\s"';&|]*)/g)].map(([, path = '']) => path)
  return entered.some((path) => path !== benchPath && !path.startsWith(`${benchPath}/`))
}

const escapeRegex = (text: string) => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')

/** All of them in the order of the line. No place is known to two: each looks for other names, or for the same one elsewhere. */
const cronWords = (text: string, names: RenameNames, benchPath: string): Word[] =>
  [...hostWords(text, names), ...linkWords(text, names), ...directoryWords(text, names, benchPath)].sort(
    (one, other) => one.at - other.at,
  )

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
  for (const entry of facts.hostsEntries)
    add(entry.path, 'hosts', edited(entry.line, entry.text, hostWords(entry.text, names)))
  for (const line of facts.crontab) {
    // Where the directory keeps its name, a line that names it still works.
    if (!names.directory && !rewriteText(line.text, names.hosts, { form: 'url', json: false }).changed.length) continue
    add(
      line.where,
      line.kind === 'user-crontab' ? 'user-crontab' : 'system-crontab',
      edited(line.line, line.text, cronWords(line.text, names, facts.path)),
    )
  }
  return [...found, ...byFile.values()]
}
