import { isObject } from '../host/parse-json.ts'
import { maskUrlUserinfo } from '../services/redis.ts'
import type { BenchFacts, JsonFile, SiteFacts } from './bench-facts.ts'

const MASK = '***'

/** Keys whose text may be shown. Any other text may be an app's secret under a name nobody can guess, so only its key is shown. */
const SHOWN_TEXT = new Set(
  `db_name db_user db_type db_host db_port db_socket db_ssl_ca db_ssl_cert rds_db host_name hostname domains domain
  wildcard ssl_certificate ssl_certificate_key nginx_port http_port webserver_port socketio_port file_watcher_port allow_cors
  maintenance_mode pause_scheduler disable_scheduler mute_emails allow_reads_during_maintenance developer_mode backup_path
  keep_backups_for_hours install_apps installed_apps default_site serve_default_site dns_multitenant redis_cache redis_queue
  redis_socketio use_redis_auth use_rq_auth bench_id frappe_user gunicorn_workers background_workers workers timeout
  restart_supervisor_on_update restart_systemd_on_update strict_nginx http_timeout live_reload shallow_clone rebase_on_pull
  frappecloud_url`.split(/\s+/),
)
const SECRET_KEY = /pass|pwd|secret|token|credential|api_?key|encryption|private|salt|otp|\bpin\b/i

function redactValue(key: string, value: unknown, shown: boolean): unknown {
  if (SECRET_KEY.test(key) && !isObject(value)) return value === null || value === '' ? value : MASK
  if (Array.isArray(value)) return value.map((entry: unknown) => redactValue(key, entry, shown))
  if (isObject(value)) return redactObject(value)
  if (typeof value !== 'string') return value
  return shown ? maskUrlUserinfo(value) : MASK
}

function redactObject(config: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key, redactValue(key, value, SHOWN_TEXT.has(key))]),
  )
}

const redactFile = ({ path, exists, value }: JsonFile) => ({
  path,
  exists,
  value: value === null ? null : redactObject(value),
})

function redactSite(site: SiteFacts) {
  const database = site.database?.kind === 'mariadb' ? { ...site.database, password: MASK } : site.database
  return { ...site, config: redactFile(site.config), database }
}

/** A command line without what follows a password's option or name, without headers, and without user and password in URLs. */
export function redactCommand(text: string): string {
  return (
    maskUrlUserinfo(text)
      // -H "Authorization: token key:secret": all of the header
      .replace(/((?:authorization|cookie|x-[\w-]*(?:key|token|auth)[\w-]*)\s*:\s*)[^"'\n]+/gi, `$1${MASK}`)
      .replace(
        /((?:pass(?:word|wd)?|pwd|secret|token|api_?key|auth)(?!orization)[\w-]*(?:\s*[=:]\s*|\s+))("[^"]*"|'[^']*'|\S+)/gi,
        `$1${MASK}`,
      )
      .replace(/(\s-p)(?=[^\s-])\S+/g, `$1${MASK}`)
      // curl -u name:password
      .replace(/(\s(?:-u|-U|--(?:proxy-)?user)[=\s]*["']?[^\s:"']*:)[^\s"']+/g, `$1${MASK}`)
      .replace(/([?&][\w.[\]-]{1,80}=)[^\s&"'#]+/g, `$1${MASK}`)
  )
}

/**
 * A copy of the facts as plain JSON without secrets: passwords and keys become `***`, configurations keep all their keys but show only text known
 * to be harmless, files' texts are dropped.
 */
export function redactFacts(facts: BenchFacts) {
  const nginx = facts.nginx
  return {
    ...facts,
    sites: facts.sites.map(redactSite),
    commonConfig: redactFile(facts.commonConfig),
    redis: facts.redis.map((server) => ({ ...server, url: maskUrlUserinfo(server.url) })),
    crontab: facts.crontab.map((line) => ({ ...line, text: redactCommand(line.text) })),
    nginx: nginx && {
      ...nginx,
      files: nginx.files.map(({ path, realPath, problem }) => ({ path, realPath, problem })),
    },
  }
}
