import { resolve } from 'node:path'
import type { Host } from '../../host/host.ts'
import { expandPattern, isPattern } from './glob.ts'
import type { NginxFile } from './nginx-facts.ts'
import { type Directive, parseConfig } from './parse.ts'
import { lineOf } from './tokens.ts'

/** A statement where nginx sees it: with the files it includes, or the statements inside it. */
export interface Node {
  directive: Directive
  file: NginxFile
  children: Node[]
  /** Only of an `include`: what it reads. */
  included: { pattern: string; members: { path: string; nodes: Node[] }[] } | null
}

/** Reads the main file and everything it includes. Broken or unreadable files get a `problem`; nothing throws for them. */
export async function readTree(
  host: Host,
  mainConfig: string,
  directory: string,
): Promise<{ nodes: Node[]; files: NginxFile[] }> {
  const files: NginxFile[] = []

  async function readOne(path: string, chain: string[]): Promise<Node[]> {
    const { file, directives } = await readConfigFile(host, path)
    files.push(file)
    if (chain.includes(file.realPath)) {
      file.problem = `includes itself: ${[...chain, file.realPath].join(' → ')}`
      return []
    }
    return build(directives, file, [...chain, file.realPath])
  }

  async function build(directives: Directive[], file: NginxFile, chain: string[]): Promise<Node[]> {
    const nodes: Node[] = []
    for (const directive of directives) {
      const children = await build(directive.block ?? [], file, chain)
      nodes.push({ directive, file, children, included: await follow(directive, file, chain) })
    }
    return nodes
  }

  async function follow(directive: Directive, file: NginxFile, chain: string[]): Promise<Node['included']> {
    const [word] = directive.words
    if (directive.name !== 'include' || directive.block || !word || directive.words.length > 1) return null
    const pattern = resolve(directory, word.value)
    const members: { path: string; nodes: Node[] }[] = []
    try {
      for (const path of await expandPattern(host, pattern)) members.push({ path, nodes: await readOne(path, chain) })
    } catch (error) {
      if (!isPattern(pattern) || !(error instanceof Error && 'code' in error)) throw error
      file.problem ??= `line ${lineOf(file.text, directive.start)}: ${pattern} cannot be listed: ${error.message}`
    }
    return { pattern, members }
  }

  return { nodes: await readOne(mainConfig, []), files }
}

async function readConfigFile(host: Host, path: string): Promise<{ file: NginxFile; directives: Directive[] }> {
  let realPath = path
  let bytes: Buffer
  try {
    realPath = await host.realPath(path)
    bytes = await host.readFile(realPath)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error
    return { file: { path, realPath, text: '', problem: `cannot be read: ${error.message}` }, directives: [] }
  }
  const decoded = bytes.toString('utf8')
  const isUtf8 = Buffer.from(decoded, 'utf8').equals(bytes)
  const text = isUtf8 ? decoded : bytes.toString('latin1')
  const { directives, problem } = parseConfig(text)
  return { file: { path, realPath, text, problem, ...(isUtf8 ? {} : { notUtf8: true }) }, directives }
}

/** The statements of one context in reading order, those of included files among them. */
export function* inContext(nodes: Node[]): Generator<Node> {
  for (const node of nodes) {
    if (node.included) for (const member of node.included.members) yield* inContext(member.nodes)
    else yield node
  }
}

/** As inContext, and everything inside blocks. */
export function* everyNode(nodes: Node[]): Generator<Node> {
  for (const node of inContext(nodes)) {
    yield node
    yield* everyNode(node.children)
  }
}
