import { canonicalHost } from '../../bench/host-name.ts'
import type { NginxFacts, NginxServer } from '../../services/nginx/nginx-facts.ts'
import { type AnalysisContext, benchCheck, type Found } from './analysis-check.ts'
import { serversOfBench } from './nginx-of-bench.ts'

const finds = {
  'nginx-server-name-duplicate': 'two server blocks claim the same name on the same port: one of them is never served',
  'nginx-upstream-port-wrong': 'nginx hands requests to another port than the bench’s web server has: 502 Bad Gateway',
  'nginx-socketio-port-wrong': 'nginx hands socket.io to another port than it has: no realtime updates',
  'nginx-site-header-wrong': 'nginx names a site (X-Frappe-Site-Name, map) that does not exist: 404 for its visitors',
  'nginx-name-without-site': 'nginx serves a name that no site directory has: 404 "does not exist"',
  'site-not-in-nginx': 'nginx serves this bench and has no block for a site',
}
type Id = keyof typeof finds

/** Whether nginx leads every host to the right site at the right port. */
export const nginxBlocks = benchCheck({
  id: 'nginx-blocks',
  title: 'nginx leads hosts to the right site and port',
  area: 'proxy',
  finds,
  run: async (context) => {
    const { nginx } = context.facts
    const servers = serversOfBench(nginx, context.benchPaths)
    if (nginx === null || servers.length === 0) return []
    return [
      ...duplicates(nginx, servers),
      ...upstreams(context, nginx, servers),
      ...headers(context, nginx, servers),
      ...namesWithoutSite(context, nginx, servers),
      ...unserved(context),
    ]
  },
})

const bench =
  'bench setup nginx (compare first: it writes config/nginx.conf anew), then sudo nginx -t && sudo systemctl reload nginx'

function duplicates(nginx: NginxFacts, own: NginxServer[]): Found<Id>[] {
  const claims = new Map<string, NginxServer[]>()
  for (const server of nginx.servers) {
    const listens = server.listens.length > 0 ? server.listens : [{ address: null, port: 80 }]
    for (const { value } of server.names) {
      if (value === '' || value === '_') continue
      for (const { address, port } of listens) {
        const key = `${canonicalHost(value)} at ${address === null ? '' : `${address}:`}${port}`
        claims.set(key, [...new Set([...(claims.get(key) ?? []), server])])
      }
    }
  }
  return [...claims].flatMap(([key, servers]) => {
    if (servers.length < 2 || !servers.some((server) => own.includes(server))) return []
    return [
      {
        ...{
          id: 'nginx-server-name-duplicate' as const,
          severity: 'warning' as const,
          subject: key.split(' ')[0] ?? key,
        },
        title: `Two nginx blocks claim ${key}; only the first is served.`,
        evidence: servers.map(({ file, line }) => `${file}:${line}`).join(', '),
        cause: 'A block by hand beside that of bench, two benches with the same site, or a file that was left over.',
        remedies: [
          `Remove the name from one of them: ${servers.map(({ file, line }) => `${file}:${line}`).join(' or ')}; then sudo nginx -t && sudo systemctl reload nginx`,
        ],
      },
    ]
  })
}

const LOCAL = /^(?:localhost|127(?:\.\d+){3}|\[::1\])?:(\d+)/

function upstreams({ facts }: AnalysisContext, nginx: NginxFacts, own: NginxServer[]): Found<Id>[] {
  const portOf = (purpose: string) => facts.ports.find((one) => one.purpose === purpose)?.port
  const [web, socketio] = [portOf('webserver_port'), portOf('socketio_port')]
  const found = new Map<string, Found<Id>>()
  for (const pass of new Set(own.flatMap(({ passes }) => passes))) {
    const target = pass.replace(/^https?:\/\//, '').replace(/\/.*$/, '')
    const upstream = nginx.upstreams.find(({ name }) => name === target)
    const realtime = /socketio/.test(target)
    const wanted = realtime ? socketio : web
    for (const server of upstream?.servers ?? [target]) {
      const port = Number(LOCAL.exec(server)?.[1] ?? Number.NaN)
      const right = upstream === undefined ? port === web || port === socketio : port === wanted
      if (Number.isNaN(port) || right) continue
      const id = realtime ? 'nginx-socketio-port-wrong' : 'nginx-upstream-port-wrong'
      found.set(`${id} ${target} ${port}`, {
        ...{ id, severity: realtime ? 'warning' : 'critical', subject: target },
        title: `nginx hands ${realtime ? 'socket.io' : 'requests'} to port ${port}; the bench has ${realtime ? 'socketio_port' : 'webserver_port'} ${wanted}.`,
        evidence: `${upstream === undefined ? 'proxy_pass' : `upstream ${target}`}: ${server}; ${facts.commonConfig.path}: ${wanted}`,
        cause: 'The port was changed without writing the nginx configuration again, or the other way round.',
        remedies: [
          bench,
          `Or set the port that nginx has: bench set-config -g ${realtime ? 'socketio_port' : 'webserver_port'} ${port}, then restart the bench`,
        ],
      })
    }
  }
  return [...found.values()]
}

function headers({ facts }: AnalysisContext, nginx: NginxFacts, own: NginxServer[]): Found<Id>[] {
  const sites = new Set(facts.sites.map(({ name }) => name))
  const found = new Map<string, Found<Id>>()
  const wrong = (name: string, where: string, what: string) =>
    found.set(`${name} ${where}`, {
      ...{ id: 'nginx-site-header-wrong', severity: 'warning', subject: name },
      title: `nginx leads visitors to the site ${name}, which does not exist on this bench.`,
      evidence: `${where}: ${what}`,
      cause: 'The site was renamed or dropped, or the name was misspelled.',
      remedies: [bench, `Or correct ${where} by hand.`],
    })
  const variables = new Set<string>()
  for (const { siteHeaders, file, line } of own) {
    for (const { value } of siteHeaders) {
      if (value.startsWith('$')) variables.add(value)
      else if (!sites.has(value)) wrong(value, `${file}:${line}`, `X-Frappe-Site-Name ${value}`)
    }
  }
  for (const map of nginx.maps.filter(({ variable }) => variables.has(variable))) {
    for (const { key, value, line } of map.entries) {
      if (!value.value.startsWith('$') && value.value !== '' && !sites.has(value.value))
        wrong(value.value, `${map.file}:${line}`, `${key.value} → ${value.value}`)
    }
  }
  return [...found.values()]
}

function unserved({ facts }: AnalysisContext): Found<Id>[] {
  const served = (site: (typeof facts.sites)[number]) =>
    site.names.some(({ sources }) => sources.some(({ from }) => from === 'nginx'))
  return facts.sites
    .filter((site) => site.linkTarget === null && site.config.value !== null && !served(site))
    .map((site) => ({
      ...{ id: 'site-not-in-nginx', severity: 'warning', subject: site.name },
      title: `nginx serves this bench and has no block for the site ${site.name}.`,
      evidence: `no server_name or map of ${facts.nginx?.mainConfig} leads to ${site.name}`,
      cause: 'It was made or renamed after the configuration was written.',
      remedies: [bench],
    }))
}

/** Where the site is taken from the host itself, a directory of that name must be there (frappe/app.py init_request). */
function namesWithoutSite({ facts }: AnalysisContext, nginx: NginxFacts, own: NginxServer[]): Found<Id>[] {
  const sites = new Set(facts.sites.map(({ name }) => canonicalHost(name)))
  const found = new Map<string, Found<Id>>()
  for (const { names, siteHeaders, file, line } of own) {
    const maps = nginx.maps.filter(({ variable }) => siteHeaders.some(({ value }) => value === variable))
    const byHost = siteHeaders.some(({ value }) => value === '$host') || maps.length > 0
    const mapped = new Set(maps.flatMap(({ entries }) => entries.map(({ key }) => canonicalHost(key.value))))
    for (const { value: name } of byHost ? names : []) {
      const host = canonicalHost(name)
      if (host === '' || /^~|[*$_]/.test(name) || sites.has(host) || mapped.has(host) || host === 'localhost') continue
      found.set(host, {
        ...{ id: 'nginx-name-without-site', severity: 'warning', subject: name },
        title: `nginx serves ${name}, and no site directory of this bench has that name.`,
        evidence: `${file}:${line}: server_name ${name}; ${facts.path}/sites`,
        cause: 'The site directory was moved, renamed or removed after the configuration was written.',
        remedies: [`If it was moved: put it back to ${facts.path}/sites/${name}`, bench],
      })
    }
  }
  return [...found.values()]
}
