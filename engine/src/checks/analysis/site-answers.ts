import type { Found } from './analysis-check.ts'
import { siteCheck } from './analysis-check.ts'

const finds = {
  'site-not-answering': 'the web server accepts a request for the site and does not answer in time',
  'site-answers-error': 'the site answers 500 or another error of the server',
  'site-not-found-by-web-server': 'the web server says that the site does not exist, although its directory is there',
}
type Id = keyof typeof finds

/** What the bench's own web server answers for the site, without any proxy before it. */
export const siteAnswers = siteCheck({
  id: 'site-answers',
  title: 'The web server answers for the site',
  area: 'processes',
  timeoutMilliseconds: 5000,
  finds,
  run: async ({ facts, host }, site) => {
    const web = facts.ports.find(({ purpose }) => purpose === 'webserver_port')
    const pid = web?.owner?.pid
    const own = web?.owner?.belongsToBench === true || facts.processManager.running.some((one) => one.pid === pid)
    // The development server answers with the default site whatever the host: that says nothing of this one.
    if (web === undefined || !web.listening || !own || facts.servedBy === 'bench-serve') return []
    const request = {
      address: web.host,
      port: web.port,
      tls: false,
      hostName: site.name,
      path: '/api/method/ping',
      timeoutMilliseconds: 4000,
    }
    const at = `GET /api/method/ping at ${web.host}:${web.port} with Host ${site.name}`
    const finding = (id: Id, title: string, evidence: string, remedies: string[], cause?: string): Found<Id>[] => [
      {
        ...{ id, severity: 'critical', title, evidence, remedies, subject: site.name },
        ...(cause === undefined ? {} : { cause }),
      },
    ]
    const logs = `tail -n 50 ${facts.path}/logs/web.error.log ${facts.path}/logs/frappe.log`
    let answer: Awaited<ReturnType<typeof host.request>>
    try {
      answer = await host.request(request)
    } catch (error) {
      const words = error instanceof Error ? error.message : String(error)
      return finding(
        'site-not-answering',
        `The web server does not answer for ${site.name}.`,
        `${at}: ${words}`,
        [logs, 'Restart the web server: bench restart'],
        'All of its workers are busy or hang, often on the database or Redis.',
      )
    }
    // Maintenance (503), redirects and refused methods are answers of a site that is there.
    if (answer.status === 404 && /does not exist/i.test(answer.body)) {
      return finding(
        'site-not-found-by-web-server',
        `The web server does not know the site ${site.name}, although its directory is there.`,
        `${at}: 404, does not exist`,
        ['Restart it inside sites/: bench restart', logs],
        'It runs in another directory, or was started before the site had its name.',
      )
    }
    if (answer.status < 500 || answer.status === 503) return []
    return finding(
      'site-answers-error',
      `The web server answers ${answer.status} for ${site.name}.`,
      `${at}: ${answer.status}`,
      [logs],
      'The application fails before it does anything: its log says where.',
    )
  },
})
