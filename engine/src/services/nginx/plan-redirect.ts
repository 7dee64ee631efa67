import type { Draft } from './draft.ts'
import type { NginxFacts, NginxListen, NginxRenameRequest, NginxServer } from './nginx-facts.ts'
import { listenText, placeFor } from './place-for.ts'
import { isLiteralName, listenKey, patternMatches } from './server-names.ts'
import { lower, type SiteServer } from './site-servers.ts'
import { spellWord } from './splice.ts'

const TLS_ADVICE = 'Give the certificate of the old name, or leave the redirect out with `--no-redirect`.'
const NO_REDIRECT =
  'Leave the redirect out with `--no-redirect`, or add `include /etc/nginx/conf.d/*.conf;` to the http block.'

/** A file of its own whose blocks send visitors of each old name to the new one, on the addresses that name had. */
export function planRedirect(
  facts: NginxFacts,
  request: NginxRenameRequest,
  servers: SiteServer[],
  removed: Set<NginxServer>,
  draft: Draft,
): void {
  const { redirect } = request
  if (!redirect) return
  const names = [redirect.from, ...(redirect.also ?? [])].map(lower)
  const old = names
    .map((from) => ({ from, ...doorsOf(servers, from, redirect) }))
    .filter(({ from, listens }) => {
      if (listens.length === 0)
        draft.note(facts.mainConfig, null, `No block names ${from}; a redirect from it was left out.`)
      return listens.length > 0
    })
  const [first] = old
  if (!first) return
  const kept = old.find(({ from }) => !request.hosts.some((host) => lower(host.from) === from))
  if (kept) {
    draft.problem(
      facts.mainConfig,
      null,
      `${kept.from} keeps its own block, so it cannot be redirected as well.`,
      'Leave the redirect out with `--no-redirect`.',
    )
    return
  }
  const { from } = first
  const listens = old.flatMap((name) => name.listens)
  const path = placeFor(facts, removed, from, listens)
  if (path === null) {
    const problem = `No included directory takes a file for the redirect from ${from} without making it the default server.`
    draft.problem(facts.mainConfig, null, problem, NO_REDIRECT)
    return
  }
  const blocks = old.flatMap((name) => blocksOf(facts, name, redirect, draft))
  const list = old.map((name) => name.from).join(', ')
  if (blocks.length > 0)
    draft.addFile(path, blocks.join('\n'), `redirect ${list} → ${redirect.toUrl} (${redirect.status})`)
}

interface OldName {
  from: string
  listens: NginxListen[]
  certificate: Redirect['tls']
}

function blocksOf(facts: NginxFacts, { from, listens, certificate }: OldName, redirect: Redirect, draft: Draft) {
  const tls = listens.filter((listen) => listen.tls)
  if (tls.length > 0 && !certificate)
    draft.note(facts.mainConfig, null, `https://${from} will not redirect. ${TLS_ADVICE}`)
  const plain = listens.filter((listen) => !listen.tls)
  return [
    ...(plain.length > 0 ? [block(from, plain, [], redirect)] : []),
    ...(tls.length > 0 && certificate ? [block(from, tls, certificateLines(certificate), redirect)] : []),
  ]
}

/** Where the old name is served now, and with which certificate: by its own word, else by a pattern of the site's own blocks. */
function doorsOf(servers: SiteServer[], from: string, redirect: Redirect): Omit<OldName, 'from'> {
  const serving = servers.filter(({ server }) =>
    server.names.some(({ value }) =>
      isLiteralName(value) ? lower(value) === from : patternMatches(value, from) === true,
    ),
  )
  const byKey = new Map<string, NginxListen>()
  for (const { server } of serving) {
    for (const listen of server.listens) {
      const known = byKey.get(listenKey(listen))
      if (!/\bquic\b/.test(listen.text) && (!known || (listen.tls && !known.tls))) byKey.set(listenKey(listen), listen)
    }
  }
  const pairs = serving.flatMap(({ server: { certificate, certificateKey } }) =>
    certificate && certificateKey ? [{ certificate: certificate.value, key: certificateKey.value }] : [],
  )
  return { listens: [...byKey.values()], certificate: pairs[0] ?? redirect.tls }
}

const certificateLines = (pair: { certificate: string; key: string }) => [
  `ssl_certificate ${spellWord(pair.certificate)};`,
  `ssl_certificate_key ${spellWord(pair.key)};`,
]

type Redirect = NonNullable<NginxRenameRequest['redirect']>

function block(from: string, listens: NginxListen[], certificate: string[], redirect: Redirect): string {
  const lines = [
    ...listens.map((listen) => `listen ${listenText(listen)};`),
    `server_name ${from};`,
    ...certificate,
    ...(redirect.status === 307 ? ['add_header Cache-Control no-store always;'] : []),
    `return ${redirect.status} ${redirect.toUrl.replace(/\/+$/, '')}$request_uri;`,
  ]
  return `server {\n${lines.map((line) => `\t${line}\n`).join('')}}\n`
}
