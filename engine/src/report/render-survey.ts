import type { BenchFacts, SiteFacts } from '../bench/bench-facts.ts'
import { counted } from './amounts.ts'
import { maskText } from './mask.ts'
import type { Style } from './style.ts'

/** What a bench is, in ten seconds; then the sites with all their names; then what needs attention, worst first. */
export function renderSurvey(facts: BenchFacts, site: SiteFacts | null, style: Style): string {
  const sites = site === null ? facts.sites : [site]
  const parts = [
    bench(facts, style),
    ...sites.map((one) => siteText(one, style)),
    services(facts, style),
    findings(facts, style),
  ]
  return maskText(parts.join('\n\n'))
}

function bench(facts: BenchFacts, style: Style): string {
  const serious = facts.findings.filter((finding) => finding.severity !== 'information').length
  return [
    style.bold(facts.path),
    `  ${facts.kind}, bench ${facts.benchVersion ?? 'of unknown version'}, Frappe ${facts.frappeVersion ?? 'unknown'}, owner ${facts.ownerName}`,
    `  apps: ${facts.apps.map((app) => `${app.name} ${app.version ?? ''}${app.branch ? ` (${app.branch}${app.commit ? ` ${app.commit.slice(0, 8)}` : ''})` : ''}`).join(', ') || 'none found'}`,
    `  ${counted(facts.sites.length, 'site')}; web server: ${facts.servedBy}; process manager: ${facts.processManager.kind}`,
    serious
      ? style.warn(`  ${counted(serious, 'finding')} to look at, below`)
      : style.good('  nothing needs attention'),
  ].join('\n')
}

function siteText(site: SiteFacts, style: Style): string {
  const names = site.names.map((name) => {
    const url = `${name.scheme ? `${name.scheme}://` : ''}${name.host}${name.port === null ? '' : `:${name.port}`}`
    return `    ${url.padEnd(36)} ${style.dim([...new Set(name.sources.map((source) => source.from))].join(', '))}`
  })
  const flags = [
    site.maintenanceMode ? 'IN MAINTENANCE' : null,
    site.pauseScheduler ? 'scheduler paused' : null,
    site.tls ? 'served over TLS' : null,
    site.linkTarget === null ? null : `a link to ${site.linkTarget}`,
  ].filter((flag) => flag !== null)
  return [
    style.bold(`Site ${site.name}`),
    `  database: ${site.databaseKind} ${site.databaseName ?? '(unknown)'}${flags.length ? `; ${flags.join(', ')}` : ''}`,
    '  known as',
    ...names,
  ].join('\n')
}

function services(facts: BenchFacts, style: Style): string {
  const ports = facts.ports.map(
    (port) =>
      `  ${port.purpose.padEnd(18)} ${port.port}  ${port.listening ? `listening${port.owner ? `: ${port.owner.command} (${port.owner.pid})` : ''}` : style.dim('nobody listens')}`,
  )
  const redis = facts.redis.map(
    (one) =>
      `  redis ${one.purpose.padEnd(12)} ${one.url}  ${one.reachable ? `answers, ${one.version}` : style.warn(one.problem ?? 'does not answer')}`,
  )
  const nginx = facts.nginx
    ? `  nginx              ${facts.nginx.mainConfig}  ${facts.nginx.master ? 'running' : 'not running'}, ${facts.nginx.servers.length} server blocks`
    : '  nginx              none found'
  return [style.bold('Services'), ...ports, ...redis, nginx].join('\n')
}

function findings(facts: BenchFacts, style: Style): string {
  const order = { critical: 0, warning: 1, information: 2 }
  const color = { critical: style.bad, warning: style.warn, information: style.dim }
  const sorted = [...facts.findings].sort((one, other) => order[one.severity] - order[other.severity])
  if (sorted.length === 0) return style.good('No findings.')
  return [
    style.bold('Findings'),
    ...sorted.flatMap((finding) => [
      `  ${color[finding.severity](finding.severity)} ${finding.title}`,
      `      ${style.dim(finding.evidence)}`,
      ...finding.remedies.map((remedy) => `      → ${remedy}`),
    ]),
  ].join('\n')
}
