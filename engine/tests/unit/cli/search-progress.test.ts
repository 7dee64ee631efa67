import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withSearchProgress } from '../../../src/cli/search-progress.ts'

const CLEAR = '\r\u001b[2K'

/** What is written by a search of a megabyte a second, told once a second. */
async function play(isTTY: boolean, seconds: number, fails = false): Promise<string> {
  let text = ''
  let clock = 0
  const stream = { isTTY, columns: 100, write: (piece: string) => (text += piece) }
  process.env['NO_COLOR'] = '1'
  const search = withSearchProgress(
    async (onProgress) => {
      for (clock = 1000; clock <= seconds * 1000; clock += 1000)
        onProgress({ bytesDone: clock * 1000, bytesTotal: 60_000_000, table: 'tabToDo' })
      clock = seconds * 1000
      if (fails) throw new Error('gone')
    },
    stream,
    () => clock,
  )
  await search.catch(() => undefined)
  return text
}

test('a search of a second leaves nothing in a file', async () => assert.equal(await play(false, 1), ''))

test('a long search tells rate and time left, plainly into a file at most every ten seconds', async () => {
  assert.deepEqual((await play(false, 25)).split('\n'), [
    '    searching tabToDo: 10.0 MB of 60.0 MB, 1.0 MB/s, 50.0 s left',
    '    searching tabToDo: 20.0 MB of 60.0 MB, 1.0 MB/s, 40.0 s left',
    '  done Read the bench and search its database (nothing is changed) 25.0 s',
    '',
  ])
})

test('at a terminal the line is redrawn, and gone before an error is told', async () => {
  const text = await play(true, 5)
  assert.equal(text.split(CLEAR).filter((piece) => piece.includes('1.0 MB/s')).length, 4)
  assert.ok((await play(true, 5, true)).endsWith(CLEAR))
})
