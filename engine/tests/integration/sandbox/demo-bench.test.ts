import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { decryptFernet } from '../../../src/sandbox/fernet-token.ts'
import { createSandboxBench, type SandboxBench } from '../../../src/sandbox/sandbox-bench.ts'
import { type SandboxServer, startSandboxServer } from '../../../src/sandbox/sandbox-server.ts'

let home: string
let bench: SandboxBench
let server: SandboxServer

before(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'migrator-demo-'))
  bench = await createSandboxBench({ directory: path.join(home, 'bench') })
  server = await startSandboxServer(bench)
})

after(async () => {
  await server?.stop()
  await rm(home, { recursive: true, force: true })
})

async function get(address: string, host = 'old.cloud'): Promise<string> {
  const command = ['--silent', '--max-time', '10', '--header', `Host: ${host}`, '--write-out', '\n%{http_code}']
  const { stdout } = await promisify(execFile)('curl', [...command, `http://127.0.0.1:${server.port}${address}`])
  const at = stdout.lastIndexOf('\n')
  return `${stdout.slice(at + 1)} ${stdout.slice(0, at)}`
}

test('the demo bench serves login page, asset, pages and files, and refuses an unknown host', async () => {
  assert.match(await get('/login'), /^200 [\s\S]*href="https:\/\/old\.cloud\/"/)
  assert.match(await get('/login', 'old.cloud:8000'), /^200 /)
  assert.match(await get('/assets/frappe/css/login.css'), /^200 body/)
  assert.match(await get('/handbook'), /^200 [\s\S]*http:\/\/old\.cloud:8000\/desk/)
  assert.match(await get('/files/photo-1.txt'), /^200 photo-1\.txt of old\.cloud/)
  assert.match(await get('/private/files/photo-6.txt'), /^403 /)
  assert.match(await get('/api/method/ping'), /^200 \{"message": "pong"\}/)
  assert.match(await get('/login', 'nope.cloud'), /^404 .*nope\.cloud does not exist/)
  assert.match(await get('/login', 'www.old.cloud'), /^404 /)
})

test('a site in maintenance answers 503 at once, and a broken configuration 404', async () => {
  const config = path.join(bench.siteDirectory, 'site_config.json')
  const text = await readFile(config, 'utf8')
  try {
    await writeFile(config, text.replace('{', '{ "maintenance_mode": 1,'))
    assert.match(await get('/login'), /^503 /)
    assert.match(await get('/files/photo-1.txt'), /^200 /)
    await writeFile(config, text.slice(0, -5))
    assert.match(await get('/login'), /^404 /)
  } finally {
    await writeFile(config, text)
  }
  assert.match(await get('/login'), /^200 /)
})

test('the framework commands run on the standard library alone', async () => {
  const run = (...argv: string[]) =>
    promisify(execFile)(bench.python, ['-m', 'frappe.utils.bench_helper', 'frappe', '--site', 'old.cloud', ...argv], {
      cwd: path.join(bench.directory, 'sites'),
    })
  const database = new DatabaseSync(bench.databasePath)
  try {
    database.exec("UPDATE `tabWeb Page` SET main_section = 'needleinhay' WHERE name = 'welcome'")
    const found = () =>
      database.prepare("SELECT count(*) AS n FROM __global_search WHERE content MATCH 'needleinhay'").get()?.['n']
    assert.equal(found(), 0)
    await run('rebuild-global-search')
    assert.equal(found(), 1)
    assert.equal((await run('list-apps')).stdout, 'frappe\n')
    await run('clear-cache')
  } finally {
    database.close()
  }
})

test('the demo database opens with its key and is the same for the same seed', async () => {
  const again = await createSandboxBench({ directory: path.join(home, 'again'), webserverPort: bench.webserverPort })
  const contents = [bench, again].map(({ databasePath, secrets }) => {
    const database = new DatabaseSync(databasePath, { readOnly: true })
    const auth = database.prepare('SELECT * FROM __Auth ORDER BY doctype, name, fieldname').all()
    const opened = auth
      .filter((row) => row['encrypted'] === 1)
      .map((row) => decryptFernet(secrets.encryptionKey, String(row['password'])))
    const comments = database.prepare('SELECT * FROM tabComment ORDER BY name').all()
    const pages = database.prepare("SELECT * FROM `tabWeb Page` WHERE name <> 'welcome' ORDER BY name").all()
    database.close()
    assert.deepEqual(opened.sort(), [...secrets.plaintexts].sort())
    return JSON.stringify([auth, comments, pages])
  })
  assert.equal(contents[0], contents[1])
})

test('every file row of the own host has its file on disk', async () => {
  const database = new DatabaseSync(bench.databasePath, { readOnly: true })
  const rows = database.prepare('SELECT file_url FROM tabFile').all()
  database.close()
  const own = rows.map((row) => String(row['file_url']).replace(/^https?:\/\/old\.cloud(:8000)?/, ''))
  const kept = own.filter((url) => url.startsWith('/'))
  assert.equal(kept.length, rows.length - 1)
  for (const url of kept) {
    const file = url.startsWith('/private/') ? url.slice(1) : `public${url}`
    assert.match(await readFile(path.join(bench.siteDirectory, file), 'utf8'), /old\.cloud/)
  }
})
