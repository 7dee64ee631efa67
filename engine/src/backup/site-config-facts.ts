import { parseJsonObject } from '../host/parse-json.ts'
import type { ConfigFacts } from './backup-facts.ts'

/**
 * Keys that belong to the server a site ran on: those Frappe Cloud does not let a site set (frappe/press,
 * fixtures/site_config_key_blacklist.json), and those it adds itself. The encryption keys are not among them: they are the site's.
 */
const HOSTING_KEYS = new Set(
  `admin_password allow_tests db_host db_name db_password db_port db_socket db_ssl_ca db_ssl_cert db_ssl_key db_type db_user developer_mode
  extra_config frappecloud_url http_port install_apps keep_backups_for_hours monitor rate_limit rds_db
  restart_supervisor_on_update restart_systemd_on_update root_login root_password socketio_port ssl_certificate
  ssl_certificate_key webserver_port plan_limit fc_communication_secret subscription`.split(/\s+/),
)
const HOSTING_PREFIX = /^(?:sk_|saas_billing_)/

const textOf = (value: unknown) => (typeof value === 'string' && value !== '' ? value : null)

/** Reads a `site_config_backup.json`, as strictly as Frappe itself would. */
export function readSiteConfig(text: string): ConfigFacts {
  const { value, problem } = parseJsonObject(text)
  const keys = Object.keys(value ?? {})
  return {
    values: value,
    problem,
    encryptionKey: textOf(value?.['encryption_key']),
    databaseName: textOf(value?.['db_name']),
    databaseType: textOf(value?.['db_type']) ?? 'mariadb',
    hostingKeys: keys.filter((key) => HOSTING_KEYS.has(key) || HOSTING_PREFIX.test(key)),
  }
}
