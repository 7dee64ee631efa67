/** A line and who wrote it: the name in front of it, null where there is none. */
interface Prefixed {
  process: string | null
  text: string
}

/** Honcho, as `bench start` runs it: `09:31:02 web.1    | text`. */
const HONCHO = /^\d{2}:\d{2}:\d{2} ([\w.-]{1,60}) *\|(?: |$)/
/** `docker compose logs`: `backend-1  | text`; a bare word in front of a bar could be a pipe. */
const COMPOSE = /^([A-Za-z][\w.-]{0,80}[-_.]\d{1,4}) *\|(?: |$)/
const UNNUMBERED = /^([A-Za-z][\w.-]{1,80}) *\|(?: |$)/
const POD = /^\[(pod\/[\w./-]{1,120})\] /
const SYSLOG = /^[A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} [\w.-]{1,80} ([\w./@:-]{1,80}?)(?:\[\d+\])?: /
const ISO_SYSLOG = /^\d{4}-\d\d-\d\dT[\d:.]{8,20}(?:Z|[+-]\d\d:?\d\d) [\w.-]{1,80} ([\w./@:-]{1,80}?)\[\d+\]: /
/** `docker logs -t`, `kubectl logs --timestamps`. */
const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6,9}(?:Z|[+-]\d\d:\d\d) /

/** How many lines of one name make a bare word in front of a bar a process and no shell pipe. */
const ENOUGH = 3

/** Takes the names of containers, processes and units off lines. Prefixes may stand in front of each other. */
export function splitPrefixes(lines: readonly string[]): Prefixed[] {
  const unnumbered = repeatedNames(lines)
  return lines.map((line) => {
    let process: string | null = null
    let text = line
    for (let depth = 0; depth < 3; depth++) {
      const found = prefixOf(text, unnumbered)
      if (found === null) break
      process = found.name === null ? process : process === null ? found.name : `${process} ${found.name}`
      text = text.slice(found.length)
    }
    return { process, text }
  })
}

function prefixOf(text: string, unnumbered: ReadonlySet<string>): { name: string | null; length: number } | null {
  const found = HONCHO.exec(text) ?? COMPOSE.exec(text) ?? POD.exec(text) ?? SYSLOG.exec(text) ?? ISO_SYSLOG.exec(text)
  if (found?.[1] !== undefined) return { name: found[1], length: found[0].length }
  const timestamp = TIMESTAMP.exec(text)
  if (timestamp) return { name: null, length: timestamp[0].length }
  const bare = UNNUMBERED.exec(text)
  return bare?.[1] !== undefined && unnumbered.has(bare[1]) ? { name: bare[1], length: bare[0].length } : null
}

function repeatedNames(lines: readonly string[]): Set<string> {
  const counts = new Map<string, number>()
  for (const line of lines) {
    const name = UNNUMBERED.exec(line)?.[1]
    if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  return new Set([...counts].filter(([, count]) => count >= ENOUGH).map(([name]) => name))
}
