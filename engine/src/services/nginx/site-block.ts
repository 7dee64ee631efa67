import { createHash } from 'node:crypto'
import type { NginxListen } from './nginx-facts.ts'
import { listenText } from './place-for.ts'
import type { ServeRequest } from './serve-request.ts'
import { spellWord } from './splice.ts'

/** Where the site is served, and what answers behind nginx. */
export interface Doors {
  plain: NginxListen[]
  tls: NginxListen[]
  /** `http://frappe-bench-frappe`, or the port itself where the bench's upstream is not there. */
  web: string
  socket: string
}

/** Variables of a http block are shared by all files: each site's have their own end. */
export const variableOf = (purpose: string, site: string): string =>
  `$migrator_${purpose}_${createHash('sha256').update(site).digest('hex').slice(0, 8)}`

/** What follows is about requests, as bench 5's template handles them (bench/config/templates/nginx.conf); the words are ours. */
export function siteBlocks(request: ServeRequest, doors: Doors): string {
  const { certificate } = request
  const plain = doors.plain.map(listenText)
  const tls = certificate === null ? [] : doors.tls.map(listenText)
  const redirects = certificate !== null && request.redirect && tls.length > 0
  return [
    ...schemeMap(request),
    ...(plain.length > 0
      ? [
          server(
            plain,
            request,
            redirects ? ['location / {', '\treturn 301 https://$host$request_uri;', '}'] : body(request, doors),
          ),
        ]
      : []),
    ...(certificate !== null && tls.length > 0
      ? [
          server(tls, request, [
            `ssl_certificate ${spellWord(certificate.certificate)};`,
            `ssl_certificate_key ${spellWord(certificate.key)};`,
            'ssl_protocols TLSv1.2 TLSv1.3;',
            'ssl_session_cache shared:SSL:10m;',
            'ssl_session_timeout 5m;',
            ...body(request, doors),
          ]),
        ]
      : []),
  ].join('\n')
}

function server(listens: string[], request: ServeRequest, lines: string[]): string {
  const all = [...listens.map((listen) => `listen ${listen};`), `server_name ${request.names.join(' ')};`, ...lines]
  return `server {\n${indented(all)}}\n`
}

const indented = (lines: string[]): string => lines.map((line) => (line === '' ? '\n' : `\t${line}\n`)).join('')

const schemeOf = ({ forwarders, site }: ServeRequest) =>
  forwarders.length === 0 ? '$scheme' : variableOf('scheme', site)

/** The scheme a visitor came with is what the forwarding server says, where it is that server which asks. */
function schemeMap(request: ServeRequest): string[] {
  if (request.forwarders.length === 0) return []
  const entries = request.forwarders.flatMap((address) =>
    ['http', 'https'].map((scheme) => `"${address} ${scheme}" ${scheme};`),
  )
  const source = '"$realip_remote_addr $http_x_forwarded_proto"'
  return [`map ${source} ${schemeOf(request)} {\n${indented([...entries, 'default $scheme;'])}}\n`]
}

function body(request: ServeRequest, { web, socket }: Doors): string[] {
  const { site } = request
  const files = spellWord(`/${site}/public$uri`)
  const header = `proxy_set_header X-Frappe-Site-Name ${site};`
  return [
    '',
    `root ${spellWord(request.sitesPath)};`,
    `client_max_body_size ${request.bodySize};`,
    'client_body_buffer_size 16k;',
    'keepalive_timeout 15;',
    'sendfile on;',
    'proxy_buffer_size 128k;',
    'proxy_buffers 4 256k;',
    'proxy_busy_buffers_size 256k;',
    // A visitor may have come through another server, on another port.
    'absolute_redirect off;',
    ...request.forwarders.map((address) => `set_real_ip_from ${address};`),
    ...(request.forwarders.length > 0 ? ['real_ip_header X-Forwarded-For;'] : []),
    'gzip on;',
    'gzip_proxied any;',
    'gzip_min_length 256;',
    'gzip_vary on;',
    'gzip_types application/javascript application/json application/xml image/svg+xml text/css text/plain;',
    '',
    'add_header X-Frame-Options "SAMEORIGIN";',
    ...(request.redirect
      ? ['add_header Strict-Transport-Security "max-age=63072000; includeSubDomains; preload";']
      : []),
    'add_header X-Content-Type-Options nosniff;',
    'add_header X-XSS-Protection "1; mode=block";',
    'add_header Referrer-Policy "same-origin, strict-origin-when-cross-origin";',
    '',
    'location /assets {',
    '\ttry_files $uri =404;',
    '\tadd_header Cache-Control "max-age=31536000";',
    '}',
    '',
    'location ~ ^/protected/(.*) {',
    '\tinternal;',
    `\ttry_files ${spellWord(`/${site}/$1`)} =404;`,
    '}',
    '',
    'location /socket.io {',
    '\tproxy_http_version 1.1;',
    '\tproxy_set_header Upgrade $http_upgrade;',
    '\tproxy_set_header Connection "upgrade";',
    `\t${header}`,
    `\tproxy_set_header Origin ${schemeOf(request)}://$http_host;`,
    '\tproxy_set_header Host $host;',
    `\tproxy_pass ${socket};`,
    '}',
    '',
    'location / {',
    '\trewrite ^(.+)/$ $1 permanent;',
    '\trewrite ^(.+)/index\\.html$ $1 permanent;',
    '\trewrite ^(.+)\\.html$ $1 permanent;',
    '\tlocation ~* ^/files/.*\\.(htm|html|svg|xml) {',
    '\t\tadd_header Content-disposition "attachment";',
    `\t\ttry_files ${files} @webserver;`,
    '\t}',
    `\ttry_files ${files} @webserver;`,
    '}',
    '',
    'location @webserver {',
    '\tproxy_http_version 1.1;',
    '\tproxy_set_header X-Forwarded-For $remote_addr;',
    `\tproxy_set_header X-Forwarded-Proto ${schemeOf(request)};`,
    `\t${header}`,
    '\tproxy_set_header Host $host;',
    '\tproxy_set_header X-Use-X-Accel-Redirect True;',
    `\tproxy_read_timeout ${request.timeoutSeconds};`,
    '\tproxy_redirect off;',
    `\tproxy_pass ${web};`,
    '}',
  ]
}
