import type { BenchFacts, SiteFacts } from '../bench/bench-facts.ts'
import { bytesText, counted } from './amounts.ts'
import { attentionLines, findingLines } from './render-findings.ts'
import { shown } from './shown.ts'
import { type Style, section } from './style.ts'
import { machineParts, placesOf } from './survey-machine.ts'

/** What a bench is and what is wrong, in ten seconds; then the findings, worst first; then the sites with all their names, and the services. */
export function renderSurvey(facts: BenchFacts, site: SiteFacts | null, style: Style, now = new Date()): string {
  const sites = site === null ? facts.sites : [site]
  const parts = [
    summary(facts, site, style),
    section('What needs attention', attentionLines(facts.findings, style), style),
    section('Findings', findingLines(facts.findings, style), style),
    ...sites.map((one) => siteText(one, facts.path, style)),
    section('Services', services(facts, style), style),
    ...machineParts(facts, site, now, style),
    section(
      'Left over under sites',
      facts.leftovers.map((one) => `  ${shown(one.path)}: ${one.kind}, ${shown(one.detail)}`),
      style,
    ),
  ]
  return parts.filter((part) => part !== '').join('\n\n')
}

function summary(facts: BenchFacts, site: SiteFacts | null, style: Style): string {
  const count = (severity: string) => facts.findings.filter((finding) => finding.severity === severity).length
  const [critical, warnings, notes] = [count('critical'), count('warning'), count('information')]
  const apps = facts.apps.map(({ name, version, branch, commit }) => {
    const where = [branch, commit?.slice(0, 8)].filter(Boolean).join(' ')
    return `${name}${version ? ` ${version}` : ''}${where ? ` (${where})` : ''}`
  })
  const unreachable = facts.redis.filter((one) => !one.reachable).map((one) => one.purpose)
  const redis = unreachable.length
    ? style.warn(`; redis ${unreachable.join(', ')} does not answer`)
    : facts.redis.length
      ? '; redis answers'
      : ''
  return [
    style.bold(facts.path),
    `  bench    ${facts.kind}${facts.benchVersion ? `, bench ${facts.benchVersion}` : ''}, Frappe ${facts.frappeVersion ?? 'of unknown version'}, owner ${facts.ownerName}`,
    `  apps     ${shown(apps.join(', ')) || 'none found'}`,
    `  sites    ${counted(facts.sites.length, 'site')}${site ? `; shown: ${site.name}` : ''}`,
    `  serving  ${facts.servedBy === 'none' ? 'no web server seen' : facts.servedBy}, ${facts.nginx?.master ? 'nginx' : 'no nginx'}; processes by ${facts.processManager.kind}${redis}`,
    critical + warnings
      ? (critical ? style.bad : style.warn)(
          `  findings ${critical} critical, ${counted(warnings, 'warning')}, ${counted(notes, 'note')}`,
        )
      : style.good(`  findings nothing needs attention${notes ? `; ${counted(notes, 'note')}` : ''}`),
  ].join('\n')
}

function siteText(site: SiteFacts, benchPath: string, style: Style): string {
  const names = site.names.flatMap((name) => {
    const url = `${name.scheme ? `${name.scheme}://` : ''}${name.host}${name.port === null ? '' : `:${name.port}`}`
    return [`    ${shown(url)}`, ...placesOf(name, benchPath, style)]
  })
  const flags = [
    site.maintenanceMode ? style.warn('in maintenance') : null,
    site.pauseScheduler ? style.warn('scheduler paused') : null,
    site.tls ? 'served over TLS' : null,
    site.filesBytes === null ? null : `files ${bytesText(site.filesBytes)}`,
    site.linkTarget === null ? null : `a link to ${site.linkTarget}`,
  ].filter((flag) => flag !== null)
  return [
    style.bold(`Site ${shown(site.name)}`),
    `  database ${site.databaseKind} ${site.databaseName ?? '(unknown)'}${flags.length ? `; ${flags.join(', ')}` : ''}`,
    '  known as',
    ...names,
  ].join('\n')
}

/** A whole command line would hide the port it stands beside. */
const COMMAND_CHARACTERS = 60

function services(facts: BenchFacts, style: Style): string[] {
  const line = (name: string, text: string) => `  ${name.padEnd(18)} ${text}`
  const ports = facts.ports.map(({ purpose, port, listening, owner }) => {
    if (!listening) return line(purpose, `${port}  ${style.dim('nobody listens')}`)
    const command = owner ? shown(owner.command) : ''
    const short = command.length > COMMAND_CHARACTERS ? `${command.slice(0, COMMAND_CHARACTERS)}…` : command
    const foreign = owner && !owner.belongsToBench ? style.warn(', not of this bench') : ''
    return line(purpose, `${port}  ${owner ? `process ${owner.pid}: ${short}${foreign}` : 'listening'}`)
  })
  const redis = facts.redis.map((one) => {
    const answer = one.reachable ? `answers, ${one.version ?? ''}` : style.warn(shown(one.problem ?? 'does not answer'))
    return line(`redis ${one.purpose}`, `${shown(one.url)}  ${answer}`)
  })
  const { nginx } = facts
  const proxy = nginx
    ? `${nginx.mainConfig}, ${nginx.master ? 'running' : 'not running'}, ${counted(nginx.servers.length, 'server block')}`
    : 'none found'
  return [...ports, ...redis, line('nginx', proxy)]
}
