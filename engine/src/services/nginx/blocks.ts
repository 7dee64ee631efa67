import { isPattern } from './glob.ts'
import { everyNode, inContext, type Node } from './include-tree.ts'
import type {
  NginxFile,
  NginxIncludePoint,
  NginxListen,
  NginxMap,
  NginxServer,
  NginxUpstream,
  NginxWord,
} from './nginx-facts.ts'
import { lineOf, type Token } from './tokens.ts'

/** What the http block holds, in reading order. */
export interface HttpBlocks {
  servers: NginxServer[]
  maps: NginxMap[]
  upstreams: NginxUpstream[]
  includes: string[]
  includePoints: NginxIncludePoint[]
}

export function collectHttp(nodes: Node[]): HttpBlocks {
  const blocks: HttpBlocks = { servers: [], maps: [], upstreams: [], includes: [], includePoints: [] }
  for (const node of inContext(nodes)) if (node.directive.name === 'http') visitHttp(node.children, blocks)
  return blocks
}

function visitHttp(nodes: Node[], blocks: HttpBlocks): void {
  for (const node of nodes) {
    const { name } = node.directive
    if (node.included) visitInclude(node.included, blocks)
    else if (name === 'server' && node.directive.block) blocks.servers.push(readServer(node))
    else if (name === 'map' && node.directive.block) blocks.maps.push(readMap(node))
    else if (name === 'upstream' && node.directive.block) blocks.upstreams.push(readUpstream(node))
  }
}

function visitInclude({ pattern, members }: NonNullable<Node['included']>, blocks: HttpBlocks): void {
  const point: NginxIncludePoint = { pattern, serversBefore: blocks.servers.length, members: [] }
  blocks.includes.push(pattern)
  if (isPattern(pattern)) blocks.includePoints.push(point)
  for (const { path, nodes } of members) {
    const before = blocks.servers.length
    visitHttp(nodes, blocks)
    point.members.push({ path, servers: blocks.servers.length - before })
  }
}

const wordIn = (token: Token, file: NginxFile, block: NginxFile): NginxWord => ({
  value: token.value,
  start: token.start,
  end: token.end,
  ...(file === block ? {} : { file: file.path }),
})

const position = ({ directive, file }: Node) => ({
  file: file.path,
  line: lineOf(file.text, directive.start),
  start: directive.start,
  end: directive.end,
})

function readServer(server: Node): NginxServer {
  const own = [...inContext(server.children)]
  const all = [...everyNode(server.children)]
  const wordsOf = (node: Node) => node.directive.words.map((token) => wordIn(token, node.file, server.file))
  const named = (name: string) => own.filter((node) => node.directive.name === name)
  const first = (name: string) => named(name).flatMap(wordsOf)[0] ?? null
  const wholeTls = first('ssl')?.value === 'on'
  const listens = named('listen').map((node) => parseListen(node.directive.words, node.file.text, wholeTls))
  return {
    ...position(server),
    names: named('server_name').flatMap(wordsOf),
    listens: listens.length > 0 ? listens : [{ address: null, port: 80, tls: wholeTls, text: '80' }],
    certificate: first('ssl_certificate'),
    certificateKey: first('ssl_certificate_key'),
    siteHeaders: all.filter(isSiteHeader).flatMap((node) => wordsOf(node).slice(1, 2)),
    root: first('root')?.value ?? null,
    realRoot: null,
    snippets: [...new Set(everyIncluded(server.children))],
    returns: all
      .filter((node) => node.directive.name === 'return')
      .map((node) => node.directive.words.map((word) => word.value).join(' ')),
    passes: all.filter(({ directive }) => PASSES.has(directive.name)).flatMap(firstWord),
    directories: [...servingNodes(server.children)]
      .filter(({ directive }) => directive.name === 'root' || directive.name === 'alias')
      .flatMap(firstWord),
  }
}

const PASSES = new Set(['proxy_pass', 'fastcgi_pass', 'uwsgi_pass', 'scgi_pass', 'grpc_pass'])

const firstWord = ({ directive }: Node): string[] => directive.words.slice(0, 1).map((word) => word.value)

/** Every statement outside the locations where certificates are proved. */
function* servingNodes(nodes: Node[]): Generator<Node> {
  for (const node of inContext(nodes)) {
    if (node.directive.name === 'location' && node.directive.words.some((word) => word.value.includes('well-known')))
      continue
    yield node
    yield* servingNodes(node.children)
  }
}

const readUpstream = ({ directive, children }: Node): NginxUpstream => ({
  name: directive.words[0]?.value ?? '',
  servers: [...inContext(children)].filter((node) => node.directive.name === 'server').flatMap(firstWord),
})

const isSiteHeader = ({ directive }: Node) =>
  directive.name === 'proxy_set_header' && directive.words[0]?.value.toLowerCase() === 'x-frappe-site-name'

function* everyIncluded(nodes: Node[]): Generator<string> {
  for (const node of nodes) {
    for (const member of node.included?.members ?? []) {
      yield member.path
      yield* everyIncluded(member.nodes)
    }
    yield* everyIncluded(node.children)
  }
}

/** `80` · `*:80` · `127.0.0.1` · `[::]:443 ssl http2` · `unix:/run/x.sock`; a name without a port listens on 80. */
export function parseListen(words: Token[], text: string, wholeTls: boolean): NginxListen {
  const [where, ...parameters] = words
  const value = where?.value ?? '80'
  const written = text.slice(where?.start ?? 0, words.at(-1)?.end ?? 0)
  const tls = wholeTls || parameters.some((parameter) => parameter.value === 'ssl' || parameter.value === 'quic')
  if (value.startsWith('unix:')) return { address: value, port: 0, tls, text: written }
  const parts = /^(?:\[([^\]]+)\]|([^:]*?))(?::(\d+))?$/.exec(/^\d+$/.test(value) ? `:${value}` : value)
  const address = parts?.[1] ?? parts?.[2] ?? value
  const everywhere = address === '' || address === '*' || address === '0.0.0.0'
  return { address: everywhere ? null : address, port: Number(parts?.[3] ?? 80), tls, text: written }
}

function readMap(map: Node): NginxMap {
  const [source, variable] = map.directive.words
  const entries = [...inContext(map.children)].flatMap(({ directive, file }) => {
    const [value] = directive.words
    if (!value) return []
    const key = { kind: 'word', value: directive.name, start: directive.start, end: directive.nameEnd } as const
    return [
      {
        key: wordIn(key, file, map.file),
        value: wordIn(value, file, map.file),
        line: lineOf(file.text, directive.start),
      },
    ]
  })
  return { ...position(map), source: source?.value ?? '', variable: variable?.value ?? '', entries }
}
