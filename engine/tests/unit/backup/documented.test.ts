/** docs/backups.md is what a user reads at three in the morning: it must name every finding, and none that does not exist. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'

const ROOM = path.resolve(import.meta.dirname, '../../../src/backup')
const GUIDE = path.resolve(import.meta.dirname, '../../../../docs/backups.md')

test('every finding about a backup is in the guide, and the guide names no other', () => {
  const sources = readdirSync(ROOM).filter((file) => /^judge-.*\.ts$/.test(file))
  const code = sources.map((file) => readFileSync(path.join(ROOM, file), 'utf8')).join('\n')
  const found = [...code.matchAll(/\bid:\s*(?:\w+ \? )?'([\w-]+)'(?: : '([\w-]+)')?/g)].flatMap(([, one, other]) => [
    one,
    other,
  ])
  const guide = readFileSync(GUIDE, 'utf8')
  const named = [...guide.matchAll(/^\| `([\w-]+)` \| (?:critical|warning|information)/gm)].map(([, id]) => id)
  const sorted = (ids: (string | undefined)[]) => [...new Set(ids.filter((id) => id !== undefined))].sort()
  assert.deepEqual(sorted(named), sorted(found))
})
