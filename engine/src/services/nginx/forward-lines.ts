import type { ForwardRequest } from './serve-request.ts'
import { variableOf } from './site-block.ts'
import { spellWord } from './splice.ts'

/** `[::1]:443` · `10.0.0.2:8080`; a scheme's own port goes without saying. */
function placeOf({ address, port, authorities }: NonNullable<ForwardRequest['target']>): string {
  const host = address.includes(':') ? `[${address}]` : address
  const scheme = authorities === null ? 'http' : 'https'
  return `${scheme}://${host}${port === (scheme === 'http' ? 80 : 443) ? '' : `:${port}`}`
}

/** The statement beside the blocks that tells a web socket from a plain request. */
export const upgradeMap = ({ site }: ForwardRequest): string =>
  `map $http_upgrade ${variableOf('connection', site)} {\n\tdefault upgrade;\n\t'' close;\n}\n`

/**
 * Inside a server block: every request goes to the other server, which sees the visitor's host, address and scheme. Size and time are
 * limited there; the certificate there must be the name's own.
 */
export function forwardLines(request: ForwardRequest, host: string): string[] {
  const { target, redirectTo, site } = request
  if (target === null || redirectTo !== null) {
    const url = (redirectTo ?? '').replace(/\/+$/, '')
    return ['add_header Cache-Control no-store always;', `return 307 ${url}$request_uri;`]
  }
  const limit = request.timeoutSeconds + 10
  const verified =
    target.authorities === null
      ? []
      : [
          '\tproxy_ssl_server_name on;',
          `\tproxy_ssl_name ${host};`,
          '\tproxy_ssl_verify on;',
          '\tproxy_ssl_verify_depth 5;',
          `\tproxy_ssl_trusted_certificate ${spellWord(target.authorities)};`,
        ]
  return [
    'client_max_body_size 0;',
    'location / {',
    '\tproxy_http_version 1.1;',
    `\tproxy_set_header Host ${host};`,
    '\tproxy_set_header X-Forwarded-For $remote_addr;',
    '\tproxy_set_header X-Forwarded-Proto $scheme;',
    '\tproxy_set_header Upgrade $http_upgrade;',
    `\tproxy_set_header Connection ${variableOf('connection', site)};`,
    '\tproxy_connect_timeout 10;',
    `\tproxy_read_timeout ${limit};`,
    `\tproxy_send_timeout ${limit};`,
    '\tproxy_buffer_size 128k;',
    '\tproxy_buffers 4 256k;',
    '\tproxy_busy_buffers_size 256k;',
    '\tproxy_redirect off;',
    ...verified,
    `\tproxy_pass ${placeOf(target)};`,
    '}',
  ]
}
