/**
 * The text rewriter alone against `sed` on the same stream, each as a whole process (start included), alternating.
 * `node benchmarks/rewrite-text.ts [megabytes]` prints `rewrite-text: 1.23 × sed`; the goal is at most 3.
 * The default of 256 MB keeps the start of either program a small part of its time.
 */
import { spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rewriteText } from '../src/rewrite/rewrite-text.ts'

const RULES = [{ from: 'old.cloud', to: 'new.domain' }]
const ROUNDS = 5
/** Small enough that a chunk's text stays in the processor's cache. */
const CHUNK_BYTES = 64 << 10

/** Rewrites a file to stdout in chunks that end with a line, as a stream of rows would come. */
function rewriteStream(path: string): void {
  const input = openSync(path, 'r')
  const buffer = Buffer.allocUnsafe(2 * CHUNK_BYTES)
  const output = Buffer.allocUnsafe(8 * CHUNK_BYTES)
  const encoder = new TextEncoder()
  let held = 0
  for (;;) {
    const read = readSync(input, buffer, held, CHUNK_BYTES, null)
    const filled = held + read
    const end = read === 0 ? filled : buffer.lastIndexOf(10, filled - 1) + 1
    const text = buffer.toString('utf8', 0, end)
    const { value, changed } = rewriteText(text, RULES, { form: 'url', json: false })
    if (changed.length === 0) write(buffer.subarray(0, end))
    else write(output.subarray(0, encoder.encodeInto(value, output).written))
    if (read === 0) break
    buffer.copyWithin(0, end, filled)
    held = filled - end
  }
  closeSync(input)
}

function write(bytes: Buffer): void {
  for (let written = 0; written < bytes.length; ) written += writeSync(1, bytes, written)
}

function compare(megabytes: number): void {
  const directory = mkdtempSync(join(tmpdir(), 'rewrite-text-'))
  try {
    const sample = join(directory, 'sample.txt')
    generate(sample, megabytes << 20)
    const ratios: number[] = []
    for (let round = 0; round < ROUNDS; round++) {
      const sed = timed('sed', ['s/old\\.cloud/new.domain/g', sample])
      const ours = timed(process.execPath, [import.meta.filename, '--stream', sample])
      ratios.push(ours / sed)
      console.error(`round ${round + 1}: rewriteText ${ours.toFixed(0)} ms, sed ${sed.toFixed(0)} ms`)
    }
    const median = ratios.sort((a, b) => a - b)[ROUNDS >> 1] ?? Number.NaN
    console.log(`rewrite-text: ${median.toFixed(2)} × sed`)
  } finally {
    rmSync(directory, { recursive: true })
  }
}

function timed(command: string, args: string[]): number {
  const started = performance.now()
  const { status, error } = spawnSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'] })
  if (status !== 0) throw new Error(`${command} ended with ${status}`, { cause: error })
  return performance.now() - started
}

/** Rows of the kinds a site has: comments, documents as JSON, pages. One line in eight holds the host in some spelling. */
function generate(path: string, bytes: number): void {
  const output = openSync(path, 'w')
  const random = generator(7)
  const pick = (list: readonly string[]): string => list[Math.floor(random() * list.length)] ?? ''
  let written = 0
  while (written < bytes) {
    const lines: string[] = []
    for (let line = 0; line < 2000; line++) {
      const words = Array.from({ length: 20 + Math.floor(random() * 100) }, () => pick(WORDS))
      if (random() < 1 / 8) words[Math.floor(random() * words.length)] = pick(SPELLINGS)
      lines.push(
        `${line}\t{"content": "<p class=\\"text\\">${words.join(' ')}</p>", "idx": ${Math.floor(random() * 1e9)}}\n`,
      )
    }
    written += writeSync(output, lines.join(''))
  }
  closeSync(output)
}

const WORDS =
  'the invoice of customer was sold old and delivered to cloud storage &nbsp; <br> total 1,250.00 50% Müller 日本 https://foreign.example/x?a=1 account "quoted" qty rate item'.split(
    ' ',
  )
const SPELLINGS = [
  'https://old.cloud/app/todo/1',
  'http://old.cloud:8000/x',
  '//old.cloud/files/a.png',
  'https:\\/\\/old.cloud\\/x',
  'https%3A%2F%2Fold.cloud%2Fx',
  'https:&#x2F;&#x2F;old.cloud&#x2F;x',
  'HTTPS://OLD.CLOUD/',
  'sales@old.cloud',
  'https://shop.old.cloud/',
  'old.cloud',
]

/** The same numbers on every run (mulberry32). */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

const [first = '256', file] = process.argv.slice(2)
if (first === '--stream' && file !== undefined) rewriteStream(file)
else compare(Number(first))
