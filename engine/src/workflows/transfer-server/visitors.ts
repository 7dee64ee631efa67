import { isIP } from 'node:net'
import type { BenchFacts, CertificateFacts, SiteFacts } from '../../bench/bench-facts.ts'
import { numberAt } from '../../bench/config-keys.ts'
import type { Finding } from '../../bench/finding.ts'
import { DEFAULT_WEB_PORT } from '../../bench/ports.ts'
import type { Host } from '../../host/host.ts'
import { mayWrite } from '../../host/may-write.ts'
import { sha256Of } from '../../host/value-digest.ts'
import { certificateCovers } from '../../services/certificates.ts'
import type { NginxEditPlan } from '../../services/nginx/nginx-facts.ts'
import { planForwardSite } from '../../services/nginx/plan-forward.ts'
import { planServeSite } from '../../services/nginx/plan-serve.ts'
import type { ForwardRequest, ServeRequest } from '../../services/nginx/serve-request.ts'
import { type ForwardWay, findForwardWay } from './forward-way.ts'
import { visitorFindings } from './visitor-findings.ts'

export interface VisitorsSide {
  host: Host
  /** `local`, or as OpenSSH is asked for it. */
  server: string
  facts: BenchFacts
}

export interface VisitorsInput {
  source: VisitorsSide & { site: SiteFacts }
  target: VisitorsSide
  /** Name and directory of the site at the target. */
  name: string
  forward: boolean
  now: Date
}

/** A step that edits nginx's files: parameters of `serve-site` or `forward-site`. */
export interface NginxStep {
  mainConfig: string
  request: ServeRequest | ForwardRequest
  files: { path: string; before: string | null; after: string }[]
  privileged: boolean
}

/** How visitors find the site after a transfer. A step is null where there is nothing to edit; `findings` say why. */
export interface Visitors {
  serve: NginxStep | null
  forward: NginxStep | null
  findings: Finding[]
  /** For the check `rights` at each place: `write /etc/nginx/conf.d/x.conf`, and files that the bench's owner writes. */
  privileged: { source: string[]; target: string[] }
  writable: { source: string[]; target: string[] }
}

const RELOAD = 'run nginx -t and reload nginx'

/** Reads what the two machines' nginx shall do with the site's visitors, and tries the way from the source to the target. */
export async function planVisitors(input: VisitorsInput): Promise<Visitors> {
  const { source, target, now } = input
  const names = namesAtTarget(input)
  const certificate = chooseCertificate(target.facts, names, now)
  const planned =
    target.facts.nginx === null
      ? null
      : planServeSite(target.facts.nginx, serveRequest(input, names, certificate, null))
  const searched =
    planned === null || !input.forward || source.facts.nginx === null
      ? null
      : await searchWay(input, names, certificate, planned.ports)
  const way = searched?.way ?? null
  const request = serveRequest(input, names, certificate, way)
  const served = target.facts.nginx === null ? null : planServeSite(target.facts.nginx, request)
  const wanted = forwardRequest(input, way)
  const forwarded = source.facts.nginx === null || wanted === null ? null : planForwardSite(source.facts.nginx, wanted)
  const serve = await stepOf(target, request, served)
  const forward = wanted === null ? null : await stepOf(source, wanted, forwarded)
  return {
    serve: serve.step,
    forward: forward?.step ?? null,
    findings: visitorFindings({ ...input, names, certificate, served, forwarded, searched }),
    privileged: { source: forward?.privileged ?? [], target: serve.privileged },
    writable: { source: forward?.writable ?? [], target: serve.writable },
  }
}

/** Names without a dot are the machine's, not the world's; a site that gets another name has that alone. */
function namesAtTarget({ source, name }: VisitorsInput): string[] {
  return name === source.site.name ? namesAtSource(source.site) : [name]
}

function namesAtSource(site: SiteFacts): string[] {
  const hosts = site.names.filter(({ sources }) =>
    sources.some(({ from }) => from !== 'hosts-file' && from !== 'wildcard'),
  )
  const names = [site.name, ...hosts.map(({ host }) => host)].map((name) => name.toLowerCase())
  return [...new Set(names)].filter(
    (name) => isIP(name) === 0 && name !== 'localhost' && (name.includes('.') || name === site.name),
  )
}

/** One that covers every name, else one that covers the first. */
function chooseCertificate(facts: BenchFacts, names: string[], now: Date): CertificateFacts | null {
  const usable = facts.certificates.filter(({ key, problem }) => key !== null && problem === null)
  const covers = (one: CertificateFacts) => (name: string) => certificateCovers(one, name, now)
  return (
    usable.find((one) => names.every(covers(one))) ?? usable.find((one) => names.slice(0, 1).every(covers(one))) ?? null
  )
}

/** bench's own template has these (bench/config/templates/nginx.conf). */
const TEMPLATE = { timeoutSeconds: 120, bodySize: '50m', socketPort: 9000 }

function serveRequest(
  { source, target, name, forward }: VisitorsInput,
  names: string[],
  certificate: CertificateFacts | null,
  way: ForwardWay | null,
): ServeRequest {
  const common = target.facts.commonConfig.value
  const own = source.host.addresses().filter((address) => isIP(address) !== 0 && !/^fe80:/i.test(address))
  return {
    site: name,
    names,
    sitesPath: `${target.facts.path}/sites`,
    webPort: numberAt(common, 'webserver_port') ?? DEFAULT_WEB_PORT,
    socketPort: numberAt(common, 'socketio_port') ?? TEMPLATE.socketPort,
    timeoutSeconds: numberAt(common, 'http_timeout') ?? TEMPLATE.timeoutSeconds,
    bodySize: TEMPLATE.bodySize,
    certificate: certificate?.key ? { certificate: certificate.certificate, key: certificate.key } : null,
    // Visitors that are handed on unencrypted would be sent round in a circle.
    redirect: certificate !== null && (way === null || way.authorities !== null),
    forwarders: forward && way !== null ? own : [],
  }
}

function searchWay(
  { source, target, name }: VisitorsInput,
  names: string[],
  certificate: CertificateFacts | null,
  ports: { plain: number | null; tls: number | null },
) {
  const listening = (target.facts.nginx?.servers ?? []).flatMap(({ listens }) => listens.map(({ port }) => port))
  return findForwardWay({
    ...{ source: source.host, target: target.host, server: target.server },
    ...{ name: names[0] ?? name, ports, listening, certificate },
  })
}

function forwardRequest({ source, target, name }: VisitorsInput, way: ForwardWay | null): ForwardRequest | null {
  if (way === null) return null
  const { facts, site } = source
  const renamed = name !== site.name
  const timeout = (one: BenchFacts) => numberAt(one.commonConfig.value, 'http_timeout') ?? TEMPLATE.timeoutSeconds
  return {
    site: site.name,
    names: namesAtSource(site),
    sitesPath: `${facts.path}/sites`,
    webPorts: [numberAt(facts.commonConfig.value, 'webserver_port') ?? DEFAULT_WEB_PORT],
    timeoutSeconds: Math.max(timeout(facts), timeout(target.facts)),
    mainName: site.name,
    target: way,
    redirectTo: renamed ? `${way.authorities === null ? 'http' : 'https'}://${name}` : null,
  }
}

interface PlannedStep {
  step: NginxStep | null
  privileged: string[]
  writable: string[]
}

async function stepOf(
  { host, facts }: VisitorsSide,
  request: ServeRequest | ForwardRequest,
  plan: NginxEditPlan | null,
): Promise<PlannedStep> {
  if (plan === null || facts.nginx === null || plan.edits.length === 0 || plan.problems.length > 0)
    return { step: null, privileged: [], writable: [] }
  const paths = plan.edits.map(({ path }) => path)
  const allowed = await Promise.all(paths.map((path) => mayWrite(host, path)))
  const byRoot = paths.filter((_, index) => !allowed[index])
  const needsRoot = facts.nginx.program !== null && (facts.nginx.master === null || facts.nginx.master.userId === 0)
  return {
    step: {
      mainConfig: facts.nginx.mainConfig,
      request,
      files: plan.edits.map(({ path, before, after }) => ({
        path,
        before: before === null ? null : sha256Of(before),
        after: sha256Of(after),
      })),
      privileged: byRoot.length > 0,
    },
    privileged: [...byRoot.map((path) => `write ${path}`), ...(needsRoot ? [RELOAD] : [])],
    writable: paths.filter((path) => !byRoot.includes(path)),
  }
}
