import assert from 'node:assert/strict'
import { mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { createSandboxBench } from '../../../src/sandbox/sandbox-bench.ts'
import { migrator } from '../../servers/migrator.ts'
import { atTerminal } from '../../servers/terminal.ts'

const home = mkdtempSync(join(tmpdir(), 'migrator-terminal-'))
const bench = join(home, 'bench')
const machine = ['--nginx-config', join(home, 'none'), '--hosts-file', join(home, 'none')]
before(() => createSandboxBench({ directory: bench }))
process.on('exit', () => rmSync(home, { recursive: true, force: true }))

const terminal = (parameters: string[], environment: Record<string, string>) =>
  atTerminal({ directory: bench, parameters, environment: { HOME: home, ...environment } })

test('color at a terminal, unless NO_COLOR or a dumb terminal says otherwise', async () => {
  assert.ok((await terminal(['analyze-site'], {})).text.includes('\u001b['))
  for (const environment of [{ NO_COLOR: '1' }, { TERM: 'dumb' }]) {
    const { text } = await terminal(['analyze-site'], environment)
    assert.ok(text.includes('old.cloud') && !text.includes('\u001b['), text)
  }
})

test('--no-interactive never asks, even at a terminal', async () => {
  const names = ['--source', 'old.cloud', '--target', 'new.domain', '--no-interactive', ...machine]
  const { code, text } = await terminal(['rename-domain', ...names], { NO_COLOR: '1' })
  assert.equal(code, 0, text)
  assert.ok(!/Rename old\.cloud to new\.domain now\?/.test(text))
  const back = await terminal(['rollback', '--no-interactive'], { NO_COLOR: '1' })
  assert.equal(back.code, 0, back.text)
  assert.ok(!/Take back run/.test(back.text))
})

for (const command of ['', 'analyze-site', 'rename-domain', 'resume', 'rollback', 'verify-migration', 'cleanup']) {
  test(`--help of ${command || 'the program'} goes to stdout, alone`, async () => {
    const { code, stdout, stderr } = await migrator('/', [...(command ? [command] : []), '--help'])
    assert.equal(code, 0)
    assert.equal(stderr, '')
    assert.match(
      stdout,
      command ? new RegExp(`^Usage: frappe-migrator ${command} \\[options\\]`) : /^Usage: [\s\S]*rename-domain/,
    )
    assert.ok(
      stdout.split('\n').every((line) => line.length <= 80),
      'fits a terminal of 80 columns',
    )
  })
}

test('an international name is accepted and becomes punycode everywhere', async () => {
  const parameters = [
    'rename-domain',
    '--source',
    'old.cloud',
    '--target',
    'Bücher.Example',
    '--plan',
    '--json',
    ...machine,
  ]
  const { code, stdout, stderr } = await migrator(bench, parameters)
  assert.equal(code, 2, stderr)
  const plan = JSON.parse(stdout)
  assert.equal(plan.site.newName, 'xn--bcher-kva.example')
  assert.equal(plan.site.newDirectory, 'xn--bcher-kva.example')
  assert.ok(!JSON.stringify({ ...plan, request: null }).includes('ücher'))
})

test('a name too common is changed only as the identity of the site, unless asked for', async (t) => {
  renameSync(join(bench, 'sites', 'old.cloud'), join(bench, 'sites', 'frontend'))
  t.after(() => renameSync(join(bench, 'sites', 'frontend'), join(bench, 'sites', 'old.cloud')))
  const parameters = ['rename-domain', '--source', 'frontend', '--target', 'new.domain', '--plan', '--json', ...machine]
  const identity = JSON.parse((await migrator(bench, parameters)).stdout)
  assert.deepEqual(identity.preview.rewrite, [])
  assert.ok(identity.findings.some((finding: { id: string }) => finding.id === 'name-ambiguous'))
  assert.equal(identity.site.newDirectory, 'new.domain')
  const asked = JSON.parse((await migrator(bench, [...parameters, '--also-rewrite', 'old.cloud'])).stdout)
  assert.ok(asked.preview.rewrite.length > 50)
})
