import { readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Fault } from '../fault.ts'
import { SITE, type Stage } from '../stage.ts'

const NGINX = 'config/nginx.conf'
const test = async (stage: Stage) => (await stage.nginx.check()).output

async function edit(stage: Stage, change: (text: string) => string): Promise<void> {
  const text = await readFile(stage.path(NGINX), 'utf8')
  const changed = change(text)
  if (changed === text) throw new Error('the fault changed nothing in nginx.conf')
  await writeFile(stage.path(NGINX), changed)
}
const reload = async (stage: Stage): Promise<void> => {
  stage.nginx.reload()
  await new Promise((resolve) => setTimeout(resolve, 400))
}
/** After the stage's files are as before. */
const reloadLater = async (stage: Stage): Promise<void> => {
  await stage.restore()
  await reload(stage)
}
const extra = (stage: Stage, name: string) => join(stage.nginx.includeDirectory, name)

export const proxy: Fault[] = [
  {
    name: 'nginx link of a bench that is gone',
    put: (stage) => symlink('/home/frappe/gone-bench/config/nginx.conf', extra(stage, 'gone-bench.conf')),
    output: test,
    ...{ finding: 'nginx-link-dangling', cause: ['proxy_misconfiguration'], repair: 'medium', quick: true },
    end: (stage) => rm(extra(stage, 'gone-bench.conf'), { force: true }),
  },
  {
    name: 'nginx hands on to another port',
    put: async (stage) => {
      await edit(stage, (text) => text.replace(`127.0.0.1:${stage.bench.webserverPort}`, '127.0.0.1:8999'))
      await reload(stage)
    },
    output: (stage) => stage.curl(),
    ...{
      finding: 'nginx-upstream-port-wrong',
      cause: ['proxy_upstream_down', 'proxy_misconfiguration'],
      repair: 'medium',
      touches: [NGINX],
      quick: true,
    },
    end: reloadLater,
  },
  {
    name: 'nginx hands socket.io to another port',
    put: async (stage) => {
      await edit(stage, (text) => text.replace(`127.0.0.1:${stage.bench.socketioPort}`, '127.0.0.1:9998'))
      await reload(stage)
    },
    output: (stage) => stage.curl('/socket.io/?EIO=4&transport=polling'),
    ...{
      finding: 'nginx-socketio-port-wrong',
      cause: ['proxy_upstream_down', 'proxy_misconfiguration'],
      repair: 'medium',
      touches: [NGINX],
    },
    end: reloadLater,
  },
  {
    name: 'nginx names a site that does not exist',
    put: async (stage) => {
      await edit(stage, (text) => text.replaceAll(/X-Frappe-Site-Name \S+;/g, 'X-Frappe-Site-Name gone.example.com;'))
      await reload(stage)
    },
    output: (stage) => stage.curl(),
    ...{
      finding: 'nginx-site-header-wrong',
      cause: ['dns_site_name_unknown', 'proxy_misconfiguration', 'site_misconfiguration'],
      repair: 'medium',
      touches: [NGINX],
    },
    end: reloadLater,
  },
  {
    name: 'two nginx blocks for one name',
    put: (stage) =>
      writeFile(
        extra(stage, 'by-hand.conf'),
        `server { listen 127.0.0.1:${stage.nginx.httpPort}; server_name ${SITE}; return 404; }\n`,
      ),
    output: test,
    ...{ finding: 'nginx-server-name-duplicate', cause: 'proxy_misconfiguration', repair: 'medium' },
    end: async (stage) => {
      const text = await readFile(extra(stage, 'by-hand.conf'), 'utf8')
      await rm(extra(stage, 'by-hand.conf'), { force: true })
      await reload(stage)
      if (!text.includes(`server_name ${SITE};`)) throw new Error(`the way back left ${text}`)
    },
  },
  {
    name: 'certificate missing',
    put: (stage) =>
      writeFile(
        extra(stage, 'tls.conf'),
        `server { listen 127.0.0.1:${stage.nginx.httpsPort} ssl; server_name ${SITE}; root ${stage.directory}/sites; ssl_certificate /etc/letsencrypt/live/gone/fullchain.pem; ssl_certificate_key /etc/letsencrypt/live/gone/privkey.pem; }\n`,
      ),
    output: test,
    ...{
      finding: ['certificate-missing', 'certificate-unusable', 'nginx-test-failed'],
      cause: ['ssl_certificate_wrong', 'ssl_failure', 'ssl_certificate_not_issued', 'proxy_misconfiguration'],
      repair: 'no',
    },
    end: (stage) => rm(extra(stage, 'tls.conf'), { force: true }),
  },
  {
    name: 'a semicolon missing in nginx.conf',
    put: (stage) => edit(stage, (text) => text.replace(/(listen [^;]*);/, '$1')),
    output: test,
    ...{ finding: ['nginx-test-failed', 'nginx-file-problem'], cause: 'proxy_misconfiguration', repair: 'no' },
  },
  {
    name: 'web server ended',
    put: (stage) => stage.stop('web'),
    output: (stage) => stage.curl(),
    ...{ finding: 'web-server-not-running', cause: 'proxy_upstream_down', repair: 'no' },
  },
  {
    name: 'worker ended',
    put: (stage) => stage.stop('worker'),
    output: async () => '',
    ...{ finding: 'workers-missing', cause: [], repair: 'no' },
  },
  {
    name: 'scheduler ended',
    put: (stage) => stage.stop('schedule'),
    output: async () => '',
    ...{ finding: 'scheduler-not-running', cause: [], repair: 'no' },
  },
  {
    name: 'hosts file leads the site elsewhere',
    put: (stage) => writeFile(stage.hostsFile, `127.0.0.1\tlocalhost\n10.99.99.99\t${SITE}\n`),
    output: (stage) => stage.type('curl', '-sS', '-m', '2', '--resolve', `${SITE}:80:10.99.99.99`, `http://${SITE}/`),
    ...{
      finding: 'hosts-file-points-elsewhere',
      cause: ['dns_wrong_answer', 'dns_failure', 'proxy_upstream_down', 'proxy_timeout'],
      repair: 'medium',
    },
  },
  {
    name: 'hosts file names a site that is gone',
    put: (stage) => writeFile(stage.hostsFile, '127.0.0.1\tlocalhost\n127.0.0.1\told.example.com\n'),
    output: async () => '',
    ...{ finding: 'hosts-file-stale', cause: [], repair: 'medium' },
  },
]
