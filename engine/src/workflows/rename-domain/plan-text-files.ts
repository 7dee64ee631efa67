import type { BenchFacts } from '../../bench/bench-facts.ts'
import type { LineEdit } from '../../changes/line-edits.ts'
import { rewriteText } from '../../rewrite/rewrite-text.ts'
import type { RenameNames } from './names.ts'

/** Lines of one text file that name the site. */
export interface TextFileEdits {
  path: string
  kind: 'currentsite' | 'hosts' | 'system-crontab' | 'user-crontab'
  edits: LineEdit[]
}

/** Host names standing alone count here: these lines name sites, not prose. */
function renamedLine(text: string, names: RenameNames): string {
  const rules = [{ from: names.source.host, to: names.target }, ...names.hosts]
  const line = rewriteText(text, rules, { form: 'host', json: false }).value
  const { directory } = names
  if (!directory || directory.from.toLowerCase() === names.source.host) return line
  return rewriteText(line, [{ from: directory.from.toLowerCase(), to: directory.to }], { form: 'host', json: false })
    .value
}

const lineEdit = (line: number, text: string, names: RenameNames): LineEdit[] => {
  const after = renamedLine(text, names)
  return after === text ? [] : [{ line, before: text, after }]
}

/** A file in /etc/cron.d runs commands as any user: without root of our own it is left to the administrator. */
export const isByHand = (file: TextFileEdits, privileged: (path: string) => boolean): boolean =>
  file.kind === 'system-crontab' && privileged(file.path)

/** currentsite.txt, the hosts file, crontabs: only lines that name this site, only the name in them. */
export function planTextFiles(facts: BenchFacts, names: RenameNames): TextFileEdits[] {
  const found: TextFileEdits[] = []
  const { currentSite } = facts
  if (currentSite && names.directory && currentSite.text.trim() === names.directory.from) {
    const lines = currentSite.text.split('\n')
    const at = lines.findIndex((line) => line.trim() === names.directory?.from)
    found.push({
      path: currentSite.path,
      kind: 'currentsite',
      edits: [{ line: at + 1, before: lines[at] ?? '', after: names.directory.to }],
    })
  }
  const byFile = new Map<string, TextFileEdits>()
  const add = (path: string, kind: TextFileEdits['kind'], edits: LineEdit[]) => {
    const entry = byFile.get(path) ?? { path, kind, edits: [] }
    entry.edits.push(...edits)
    if (entry.edits.length) byFile.set(path, entry)
  }
  for (const entry of facts.hostsEntries) add(entry.path, 'hosts', lineEdit(entry.line, entry.text, names))
  for (const line of facts.crontab) {
    // Where the directory keeps its name, a line that names it still works.
    if (!names.directory && !rewriteText(line.text, names.hosts, { form: 'url', json: false }).changed.length) continue
    add(
      line.where,
      line.kind === 'user-crontab' ? 'user-crontab' : 'system-crontab',
      lineEdit(line.line, line.text, names),
    )
  }
  return [...found, ...byFile.values()]
}
