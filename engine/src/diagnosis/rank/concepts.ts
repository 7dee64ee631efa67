/**
 * What words are about, so that what was learnt of one of them holds for its neighbours: a report that says "postgres"
 * is like one that says "mariadb". Written from the vocabulary of the field, not from reports.
 */
const lists: Record<string, string> = {
  database:
    'mysql mysqld mariadb mariadbd postgres postgresql psql pymysql psycopg2 mysqldb innodb database db rds dbms sqlite tablespace',
  proxy:
    'nginx traefik caddy haproxy apache apache2 httpd ingress gateway upstream cloudflare proxy_pass reverse plesk cpanel',
  container:
    'docker compose container containers image dockerfile containerfile kubernetes kubectl k8s helm pod pods swarm podman portainer volume volumes devcontainer entrypoint configurator fargate ecs',
  redis: 'redis redis_cache redis_queue redis_socketio ioredis valkey rq',
  realtime: 'socketio socket websocket websockets wss ws realtime polling xhr handshake node-socketio',
  worker:
    'worker workers scheduler schedule supervisor supervisord supervisorctl systemd systemctl cron crontab queue queued queues job jobs rq enqueue daemon',
  certificate:
    'ssl tls https cert certs certificate certificates certbot letsencrypt acme lets-encrypt fullchain openssl handshake hsts',
  name: 'dns hostname resolve resolved resolving resolver nslookup getaddrinfo gaierror nxdomain hosts subdomain',
  link: 'url urls link links redirect redirects redirect_uri callback callbacks host_name get_url oauth sso saml social uri',
  mail: 'mail mails email emails smtp imap pop3 gmail outlook office365 inbox mailbox newsletter smtplib imaplib sendmail notification',
  backup:
    'backup backups restore restored restoring dump mysqldump mariadb-dump pg_dump archive tar tgz gzip gunzip sql.gz',
  storage: 's3 bucket boto3 botocore dropbox drive minio wasabi backblaze offsite',
  files:
    'attachment attachments upload uploads uploaded uploading file files picture pictures images photo pdf xlsx csv letterhead logo',
  assets:
    'css js javascript stylesheet stylesheets bundle bundles assets asset styles unstyled esbuild rollup symlink manifest',
  rights:
    'permission permissions denied chmod chown owner owned ownership root sudo sudoers readable writable eacces eperm umask selinux acl forbidden',
  memory: 'memory oom ram heap killed sigkill swap 137 gc oomkilled',
  disk: 'disk space inode inodes enospc quota full storage',
  python:
    'python python3 pip pip3 virtualenv venv wheel wheels setuptools pyenv poetry uv requirement gcc pkg_resources site-packages',
  node: 'node nodejs yarn npm nvm npx vite webpack node_modules package.json esbuild rollup postcss tailwind typescript',
  git: 'git github gitlab branch branches commit commits merge rebase stash checkout upstream origin remote fork clone pull repo repository',
  version:
    'v11 v12 v13 v14 v15 v16 version-12 version-13 version-14 version-15 version-16 develop nightly upgrade downgrade compatible incompatible compatibility',
  migrate: 'migrate migration migrating migrated patch patches schema patch_handler executing fixtures',
  login: 'login logged logout session sessions cookie cookies csrf sid password signin guest samesite',
  secret: 'encryption encrypted decrypt decryption encryption_key fernet invalidtoken key gpg cipher',
  port: 'port ports listen listening bind eaddrinuse 8000 8080 9000 11000 13000 12000 3306 6379 443',
  refused: 'refused econnrefused unreachable timeout timed unavailable 111',
  lock: 'lock locks locked deadlock waiting mutex 1205 1213 maintenance',
  ledger:
    'invoice invoices ledger gl journal payment payments debit credit account accounts accounting tax taxes gst vat fiscal currency exchange reconciliation bank depreciation asset budget voucher',
  stock:
    'stock warehouse item items batch serial bom valuation delivery purchase receipt procurement manufacturing production reorder barcode pos price pricing quotation order orders supplier customer lead',
  people: 'employee employees payroll salary leave attendance shift hr hrms expense timesheet holiday loan appraisal',
  desk: 'form forms field fields doctype workspace dashboard chart list view kanban calendar report reports filter filters column columns grid dialog button print format template jinja workflow role roles',
  code: 'script scripts hook hooks api endpoint whitelist whitelisted method function controller custom override',
  domain:
    'site sites domain domains tenant multitenant multitenancy currentsite default_site dns_multitenant site_config',
  table: 'table tables column columns 1146 1054 tab relation undefinedtable undefinedcolumn',
  module: 'module modulenotfounderror importerror import imported apps.txt installed_apps app apps uninstall',
  cli: 'bench command commands option options usage argument cli procfile honcho easy-install installer install.py',
  charset: 'collation charset utf8mb4 utf8 latin1 barracuda row_format sql_mode innodb_file_format sandbox',
  status: '500 502 503 504 404 403 413 400 401 417',
}

const concepts = new Map<string, string[]>()
for (const [concept, list] of Object.entries(lists)) {
  for (const word of list.split(' ')) concepts.set(word, [...(concepts.get(word) ?? []), concept])
}

const WORD = /[a-z0-9_][a-z0-9_.-]*[a-z0-9_]|[a-z0-9]/g

/** The concepts of a text, and how often each is spoken of. */
export function conceptsOf(text: string): Map<string, number> {
  const found = new Map<string, number>()
  const count = (word: string): void => {
    for (const concept of concepts.get(word) ?? []) found.set(concept, (found.get(concept) ?? 0) + 1)
  }
  for (const [word] of text.toLowerCase().matchAll(WORD)) {
    count(word)
    if (/[_.-]/.test(word)) for (const part of word.split(/[_.-]/)) count(part)
  }
  return found
}
