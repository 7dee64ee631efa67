import { resolve } from 'node:path'
import { parseListen } from './blocks.ts'
import { segmentMatches } from './glob.ts'
import { configDirectory } from './main-config.ts'
import type { NginxEdit, NginxFacts } from './nginx-facts.ts'
import { type Directive, everyDirective, parseConfig } from './parse.ts'
import { applySplices, type Splice, spellWord } from './splice.ts'

/** What a staged copy needs of the world. */
export interface StageSettings {
  /** Where the copy lies. */
  directory: string
  /** Certificates, keys and parameter files that are missing for certain: their paths stay, so that nginx complains. */
  missing: Set<string>
  /** Files of the TLS kind that an ordinary user may read: they are checked as they are. */
  readable: Set<string>
  /** `--without-http_scgi_module` and such, from `nginx -V`. */
  built: string
}

export interface StagedFile {
  original: string
  staged: string
  text: string
}

const PAIR = /^((proxy|grpc|uwsgi)_)?ssl_certificate(_key)?$/
const TLS_LISTS = /^((proxy|grpc|uwsgi)_)?ssl_(client_certificate|trusted_certificate)$/
const TLS_EXTRAS = /^((proxy|grpc|uwsgi)_)?ssl_(dhparam|crl|password_file|session_ticket_key|stapling_file)$/
const CACHE_PATHS = /_cache_path$/
const TEMP_PATHS = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((module) => `${module}_temp_path`)

/** The paths of certificates, keys and the like, absolute: which of them exist decides how they are staged. */
export function tlsPaths(facts: NginxFacts, edits: NginxEdit[]): string[] {
  const directory = configDirectory(facts.mainConfig)
  const found = new Set<string>()
  for (const text of textsAfter(facts, edits).values()) {
    for (const { name, words } of everyDirective(parseConfig(text).directives)) {
      const [word] = words
      const isTls = PAIR.test(name) || TLS_LISTS.test(name) || TLS_EXTRAS.test(name)
      if (isTls && word && !/^(data|engine|store):|\$/.test(word.value)) found.add(resolve(directory, word.value))
    }
  }
  return [...found]
}

/**
 * The configuration tree as it would be after the edits, made harmless: no privileged port, no pid file, no log, no
 * private key. Lines stay where they are, so that nginx's line numbers are right.
 */
export function stageFiles(facts: NginxFacts, edits: NginxEdit[], settings: StageSettings): StagedFile[] {
  const texts = textsAfter(facts, edits)
  const paths = [...texts.keys()]
  const stagedPath = (path: string) => `${settings.directory}/${String(paths.indexOf(path)).padStart(3, '0')}.conf`
  const ports = portsFor()
  return paths.map((path) => {
    const text = texts.get(path) ?? ''
    const splices = spliceAll(parseConfig(text).directives, text, [])
    return { original: path, staged: stagedPath(path), text: applySplices(text, splices) }
  })

  function spliceAll(directives: Directive[], text: string, context: string[]): Splice[] {
    return directives.flatMap((directive) => [
      ...spliceOne(directive, text, context),
      ...spliceAll(directive.block ?? [], text, [...context, directive.name]),
    ])
  }

  function spliceOne(directive: Directive, text: string, context: string[]): Splice[] {
    const { name, words, block } = directive
    const [word] = words
    const written = text.slice(directive.start, directive.end)
    const lines = '\n'.repeat(written.split('\n').length - 1)
    const whole = (replacement: string) => [{ start: directive.start, end: directive.end, text: replacement + lines }]
    const argument = (value: string) => (word ? [{ start: word.start, end: word.end, text: spellWord(value) }] : [])
    if (name === 'http' && block) {
      return [{ start: directive.blockStart, end: directive.blockStart, text: ` ${tempPaths()}` }]
    }
    if (block || !word) return []
    if (name === 'include') return whole(includeText(word.value))
    if (name === 'listen' && context.at(-1) === 'server') return listenSplices(directive, text)
    if (name === 'user' || name === 'pid' || name === 'lock_file' || name === 'daemon') return whole('')
    if (TEMP_PATHS.includes(name))
      return context.at(-1) === 'http' ? whole('') : argument(`${settings.directory}/temporary`)
    if (name === 'access_log' || name === 'error_log') {
      return word.value === 'off' || word.value === 'stderr' || word.value.startsWith('syslog:')
        ? []
        : argument('/dev/null')
    }
    if (CACHE_PATHS.test(name)) return argument(`${settings.directory}/cache/${word.value.replace(/\W/g, '_')}`)
    return tlsSplices(name, word.value, argument, whole)
  }

  function tlsSplices(
    name: string,
    value: string,
    argument: (value: string) => Splice[],
    whole: (text: string) => Splice[],
  ): Splice[] {
    const path = resolve(configDirectory(facts.mainConfig), value)
    const isPair = PAIR.test(name)
    if (!isPair && !TLS_LISTS.test(name) && !TLS_EXTRAS.test(name)) return []
    if (settings.missing.has(path) || value.includes('$')) return []
    if (isPair) return argument(`${settings.directory}/${name.endsWith('_key') ? 'key' : 'certificate'}.pem`)
    if (settings.readable.has(path)) return argument(path)
    return TLS_LISTS.test(name) ? argument(`${settings.directory}/certificate.pem`) : whole('')
  }

  function includeText(written: string): string {
    const pattern = resolve(configDirectory(facts.mainConfig), written)
    const members = paths.filter((path) => matches(pattern, path)).sort(byBytes)
    if (members.length > 0) return members.map((path) => `include ${spellWord(stagedPath(path))};`).join(' ')
    return /[*?[]/.test(pattern) ? '' : `include ${spellWord(pattern)};`
  }

  function listenSplices(directive: Directive, text: string): Splice[] {
    const [word, ...parameters] = directive.words
    if (!word || !/^(\S+:)?[\d-]+$|^\[[^\]]*\]$|^[\w.*-]+$|^unix:/.test(word.value)) return []
    const { address, port } = parseListen([word], text, false)
    const number = ports(`${address ?? '*'}:${port}`)
    const where = address?.startsWith('unix:') ? `unix:${settings.directory}/${number}.sock` : `127.0.0.1:${number}`
    const useless = parameters.filter((parameter) =>
      /^(ipv6only|setfib|fastopen|accept_filter|so_keepalive)\b/.test(parameter.value),
    )
    return [
      { start: word.start, end: word.end, text: where },
      ...useless.map(({ start, end }) => ({ start, end, text: '' })),
    ]
  }

  function tempPaths(): string {
    const present = TEMP_PATHS.filter(
      (name) => !settings.built.includes(`--without-http_${name.replace('_temp_path', '_module')}`),
    )
    return present.map((name) => `${name} ${spellWord(`${settings.directory}/temporary`)};`).join(' ')
  }
}

/** Every file of the tree by its path as included, new ones among them, as it is after the edits. */
function textsAfter(facts: NginxFacts, edits: NginxEdit[]): Map<string, string> {
  const edited = new Map(edits.map((edit) => [edit.path, edit.after]))
  const texts = new Map(facts.files.map((file) => [file.path, edited.get(file.realPath) ?? file.text]))
  for (const edit of edits) if (edit.before === null) texts.set(edit.path, edit.after)
  return texts
}

const byBytes = (left: string, right: string) => Buffer.compare(Buffer.from(left), Buffer.from(right))

function matches(pattern: string, path: string): boolean {
  const wanted = pattern.split('/')
  const segments = path.split('/')
  return (
    wanted.length === segments.length &&
    wanted.every((segment, index) => segmentMatches(segment, segments[index] ?? ''))
  )
}

/** One unprivileged port for each listen address, so that duplicates and conflicts stay what they are. */
function portsFor(): (key: string) => number {
  const known = new Map<string, number>()
  return (key) => {
    const port = known.get(key) ?? 20_000 + known.size
    known.set(key, port)
    return port
  }
}
