import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { readInput } from '../../../src/diagnosis/text/read-input.ts'

async function* chunks(of: Uint8Array, size = 50_000): AsyncIterable<Uint8Array> {
  for (let at = 0; at < of.length; at += size) yield of.subarray(at, at + size)
}

const read = (text: string | Uint8Array, size?: number) =>
  readInput(chunks(typeof text === 'string' ? Buffer.from(text) : text, size), () => [
    'error',
    'traceback',
    'file "',
    'denied',
  ])

const textOf = async (text: string | Uint8Array, size?: number): Promise<string> =>
  (await read(text, size)).reports.map(({ report }) => report.text).join('\n--\n')

const quiet = (count: number): string => Array.from({ length: count }, (_, at) => `GET /page/${at} 200`).join('\n')

test('what somebody pastes is read as a whole', async () => {
  assert.equal(await textOf('one\ntwo'), 'one\ntwo')
})

test('of a log only what tells of trouble is kept, with its surroundings and its line numbers', async () => {
  const { reports, notes } = await read(`${quiet(5000)}\nERROR: it broke\nand so on\n${quiet(5000)}\n`)
  assert.equal(reports.length, 1)
  const lines = reports[0]?.report.lines ?? []
  const broken = lines.find((line) => line.text === 'ERROR: it broke')
  assert.equal(broken?.number, 5001)
  assert.ok(lines.some((line) => line.text === 'and so on') && lines.length < 20)
  assert.match(notes.join(), /10,002 lines were read: 1 kind of trouble/)
})

test('the same trouble with other numbers is one kind: the first and the newest of it are kept, and counted', async () => {
  const flood = Array.from(
    { length: 3000 },
    (_, at) => `${quiet(8)}\nerror 0x${at.toString(16)} in job ${at}\n${quiet(8)}`,
  )
  const { reports } = await read(flood.join('\n'))
  assert.equal(reports.length, 2)
  assert.ok(reports.every(({ count }) => count === 3000))
  assert.ok(reports[0]?.report.text.includes('in job 0\n'))
  assert.ok(reports[1]?.report.text.includes('in job 2999\n'))
})

test('a rare trouble is not lost in a flood of another', async () => {
  const flood = Array.from({ length: 20_000 }, (_, at) => `error ${at}`)
  flood[9_000] = 'Permission denied: sites'
  assert.ok((await textOf(flood.join('\n'))).includes('Permission denied: sites'))
})

test('each traceback of a flood is in one piece', async () => {
  const traceback = (at: number) =>
    [
      'Traceback (most recent call last):',
      `  File "a.py", line ${at}, in a`,
      '    x()',
      `odd.Trouble: number ${at}`,
    ].join('\n')
  const { reports } = await read(Array.from({ length: 2000 }, (_, at) => traceback(at)).join('\n'))
  for (const { report } of reports)
    assert.equal(report.lines.filter((line) => line.kind === 'last_exception').length, 1)
})

test('a line of ten megabytes is read in pieces; what it says of trouble is kept', async () => {
  const text = await textOf(`${'x'.repeat(5_000_000)} error here ${'y'.repeat(5_000_000)}`)
  assert.ok(text.includes('error here') && text.length < 100_000)
})

test('a log that tells of no trouble is judged by its end', async () => {
  const { reports, notes } = await read(`${quiet(10_000)}\nthe end\n`)
  assert.equal(reports[0]?.report.lines.at(-1)?.text, 'the end')
  assert.equal(reports[0]?.report.lines.at(-1)?.number, 10_001)
  assert.match(notes.join(), /nothing in it tells of trouble/)
})

test('however the bytes arrive, the answer is the same', async () => {
  const log = `${quiet(4000)}\nTraceback (most recent call last):\n  File "a.py", line 1, in a\nOdd: error\n${quiet(4000)}`
  const whole = await textOf(log, 1_000_000)
  for (const size of [1009, 65_536, 65_537]) {
    const text = await textOf(log, size)
    assert.ok(text.includes('Odd: error') && whole.includes('Odd: error'))
  }
})

test('UTF-16, as PowerShell writes it, and Western European bytes are read', async () => {
  assert.equal(await textOf(Buffer.from('\ufefferror: no', 'utf16le')), 'error: no')
  assert.equal(await textOf(Buffer.from('error: déjà utilisée', 'latin1')), 'error: déjà utilisée')
})

test('a log that lost its end to a power cut is still a log', async () => {
  assert.ok((await textOf(`error: first\n${'\0'.repeat(5000)}\nerror: second`)).includes('error: second'))
})

test('empty and binary input are refused with a sentence', async () => {
  await assert.rejects(read(''), { code: 'empty-input', kind: 'usage' })
  await assert.rejects(read(' \n\n\t\n'), { code: 'empty-input' })
  await assert.rejects(read(Buffer.alloc(5000)), { code: 'binary-input' })
  await assert.rejects(read(gzipSync('error')), { code: 'binary-input', message: /gzip/ })
  const random = Buffer.from(Array.from({ length: 200_000 }, (_, at) => (at * 7919 + ((at * at) >> 3)) & 255))
  await assert.rejects(read(random), { code: 'binary-input' })
})
