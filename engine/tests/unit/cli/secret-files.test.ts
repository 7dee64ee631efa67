import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { readOptionFile } from '../../../src/cli/secret-files.ts'

test('an option file is read as the client reads it, and only when nobody else can', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'migrator-options-'))
  t.after(() => rmSync(directory, { recursive: true }))
  const file = (name: string, text: string, mode = 0o600) => {
    const path = join(directory, name)
    writeFileSync(path, text, { mode })
    return path
  }
  assert.deepEqual(
    await readOptionFile(
      file(
        'whole',
        '# root\n[mysqldump]\nuser=other\n[client]\nuser = root\npassword="a \\"b\\" = #c"\nhost=db\nport=3307\n',
      ),
    ),
    { user: 'root', password: 'a "b" = #c', place: { host: 'db', socket: null, port: 3307 } },
  )
  assert.deepEqual(await readOptionFile(file('socket', '[client]\nuser=root\npassword=\nsocket=/run/s.sock\n')), {
    ...{ user: 'root', password: '' },
    place: { socket: '/run/s.sock', host: null, port: null },
  })
  await assert.rejects(readOptionFile(file('open', '[client]\nuser=root\npassword=x\n', 0o640)), {
    code: 'secret-file-open',
    kind: 'usage',
  })
  await assert.rejects(readOptionFile(file('nameless', '[client]\npassword=x\n')), { code: 'option-file-incomplete' })
})
