import type { ReportLine } from '../text/prepare-report.ts'
import { conceptsOf } from './concepts.ts'
import { frameParts } from './frame-parts.ts'
import { shape } from './report-shape.ts'
import { pairs, words } from './tokens.ts'

/** What a report is known by: names of features and how strongly each is there. */
export type Features = Map<string, number>

/** A group of features is scaled to a fixed length, so that forty frames do not drown one sentence. */
type Block = 'prose' | 'message' | 'frame' | 'command' | 'process' | 'shape' | 'concept' | 'letters'
const LENGTHS: Record<Block, number> = {
  prose: 1,
  message: 1,
  frame: 0.6,
  command: 0.7,
  process: 0.3,
  shape: 0.6,
  concept: 0.45,
  letters: 0.7,
}

/** Features of a report's lines. */
export function features(lines: readonly ReportLine[]): Features {
  const blocks: Record<Block, Features> = {
    prose: new Map(),
    message: new Map(),
    frame: new Map(),
    command: new Map(),
    process: new Map(),
    shape: shape(lines),
    concept: conceptFeatures(lines),
    letters: new Map(),
  }
  for (const line of lines) {
    if (line.process !== null) addTo(blocks.process, processNames(line.process))
    switch (line.kind) {
      case 'frame':
        addTo(blocks.frame, frameParts(line.text))
        break
      case 'command':
        addTo(blocks.command, withPairs(line.text, 'k'))
        addTo(blocks.prose, withPairs(line.text, ''))
        break
      case 'source':
      case 'traceback':
        break
      case 'exception':
        addTo(blocks.message, withPairs(line.text, 'e'))
        break
      case 'last_exception':
        addTo(blocks.message, withPairs(line.text, 'x'))
        addTo(blocks.prose, withPairs(line.text, ''))
        break
      case 'text':
        addTo(blocks.letters, fours(line.text))
        addTo(blocks.prose, withPairs(line.text, ''))
    }
  }
  const lastFrame = lines.findLast((line) => line.kind === 'frame')
  if (lastFrame)
    addTo(
      blocks.frame,
      frameParts(lastFrame.text).map((part) => `last ${part}`),
    )
  const all: Features = new Map()
  for (const block of Object.keys(blocks) as Block[]) mergeScaled(all, blocks[block], LENGTHS[block])
  return all
}

function withPairs(text: string, prefix: string): string[] {
  const of = words(text)
  return [...of, ...pairs(of)].map((word) => `${prefix}:${word}`)
}

/** Four letters in a row, so that words of one root meet: `certbot` and `certificates`. */
function fours(text: string): string[] {
  return words(text)
    .filter((word) => word.length > 4)
    .flatMap((word) => Array.from({ length: word.length - 3 }, (_, at) => `l:${word.slice(at, at + 4)}`))
}

/** `queue-short-1`, `web.1`, `frappe_docker_backend_1`: their last telling word names the service. */
const processNames = (process: string): string[] => [
  ...new Set(words(process.replaceAll(/[-_./\d]+/g, ' ')).map((word) => `p:${word}`)),
]

/** Concepts that are spoken of most are paired with each other: mail with links is another matter than mail alone. */
const PAIRED = 6

function conceptFeatures(lines: readonly ReportLine[]): Features {
  const told = lines.filter(({ kind }) => kind !== 'frame' && kind !== 'source')
  const counts = [...conceptsOf(told.map(({ text }) => text).join('\n'))].sort(([left], [right]) =>
    left < right ? -1 : 1,
  )
  const found: Features = new Map(counts.map(([name, count]) => [`c:${name}`, count]))
  const paired = counts
    .toSorted(([, left], [, right]) => right - left)
    .slice(0, PAIRED)
    .map(([name]) => name)
    .sort()
  for (const [at, one] of paired.entries()) {
    for (const other of paired.slice(at + 1)) found.set(`c:${one}+${other}`, 1)
  }
  return found
}

function addTo(block: Features, names: readonly string[]): void {
  for (const name of names) block.set(name, (block.get(name) ?? 0) + 1)
}

function mergeScaled(all: Features, block: Features, length: number): void {
  let sum = 0
  for (const count of block.values()) sum += (1 + Math.log(count)) ** 2
  if (sum === 0) return
  const scale = length / Math.sqrt(sum)
  for (const [name, count] of block) all.set(name, (all.get(name) ?? 0) + (1 + Math.log(count)) * scale)
}
