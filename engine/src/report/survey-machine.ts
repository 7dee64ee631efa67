import type { BenchFacts, CertificateFacts, SiteFacts, SiteName } from '../bench/bench-facts.ts'
import { redactCommand } from '../bench/redact.ts'
import { counted } from './amounts.ts'
import { inBench, shown, shownName } from './shown.ts'
import { type Style, section } from './style.ts'

/** What stands outside the sites' own directories: processes, certificates, crontab lines; of one site only what concerns it. */
export function machineParts(facts: BenchFacts, site: SiteFacts | null, now: Date, style: Style): string[] {
  const concerns = (names: string[]) => site === null || names.some((name) => isNameOf(site, name))
  const certificates = facts.certificates.filter(
    (one) => concerns(one.names) || one.certificate === site?.certificate?.certificate,
  )
  const crontab = facts.crontab.filter((line) => line.names.length > 0 && concerns(line.names))
  return [
    section('Processes', processes(facts), style),
    section(
      'Certificates',
      certificates.map((one) => certificateLine(one, now, style)),
      style,
    ),
    section(
      'Crontab lines that name a site',
      crontab.map(({ where, line, text }) => `  ${shownName(where)}:${line}  ${shown(redactCommand(text.trim()))}`),
      style,
    ),
  ]
}

function isNameOf(site: SiteFacts, name: string): boolean {
  const wildcard = name.startsWith('*.') ? name.slice(1) : null
  return [site.name, ...site.names.map(({ host }) => host)].some(
    (host) =>
      host === name || (wildcard !== null && host.endsWith(wildcard) && !host.slice(0, -wildcard.length).includes('.')),
  )
}

function processes({ processManager, path }: BenchFacts): string[] {
  const { kind, where, running } = processManager
  if (kind === 'none') return []
  const files = where.map((file) => inBench(file, path)).join(', ')
  return [
    `  ${kind}: ${shownName(files) || 'no file found'}; ${counted(running.length, 'process', 'processes')} of this bench`,
  ]
}

const DAY = 24 * 3600 * 1000
/** What renews itself does so a month before. */
const SOON = 30

function certificateLine({ certificate, names, validTo, problem }: CertificateFacts, now: Date, style: Style): string {
  const path = `  ${shownName(certificate)}`
  if (problem !== null) return `${path}: ${style.warn(shown(problem))}`
  const days = Math.floor((new Date(validTo).getTime() - now.getTime()) / DAY)
  const until = `until ${validTo.slice(0, 10)}`
  const state =
    days < 0 ? style.bad(`expired, ${until}`) : days < SOON ? style.warn(`${until}, ${counted(days, 'day')}`) : until
  return `${path}: ${shownName(names.join(', '))}; ${state}`
}

/** Where a name stands: a line for each kind of place, with its files and lines. */
export function placesOf({ sources }: SiteName, benchPath: string, style: Style): string[] {
  const kinds = Map.groupBy(sources, (source) => source.from)
  return [...kinds].map(([from, places]) => {
    const where = [...new Set(places.map((place) => inBench(place.where, benchPath)))].join(', ')
    return `      ${style.dim(`${from.padEnd(12)} ${shownName(where)}`)}`
  })
}
