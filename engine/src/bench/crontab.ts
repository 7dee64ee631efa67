import type { CrontabLine } from '../services/cron.ts'
import { mentionsPath } from '../services/text-file.ts'
import type { SiteFacts } from './bench-facts.ts'

/** Whether a command line names a host: at its boundaries, and not as the domain of a mail address. */
export function namesHost(text: string, name: string): boolean {
  const escaped = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  const pattern = new RegExp(`(?<![\\w.-])(?<!(?<!://[^\\s/]*)[\\w.%+-]@)${escaped}(?![\\w-]|\\.\\w)`, 'i')
  return pattern.test(text)
}

/** Crontab lines that concern the bench: they name one of its sites or a path inside it. `names` become the names that stand there. */
export function crontabOfBench(lines: CrontabLine[], sites: SiteFacts[], benchPaths: string[]): CrontabLine[] {
  const known = [...new Set(sites.flatMap((site) => [site.name, ...site.names.map(({ host }) => host)]))]
  return lines.flatMap((line) => {
    const lower = line.text.toLowerCase()
    const names = known.filter((name) => lower.includes(name.toLowerCase()) && namesHost(line.text, name))
    if (names.length === 0 && !benchPaths.some((path) => mentionsPath(line.text, path))) return []
    return [{ ...line, names }]
  })
}
