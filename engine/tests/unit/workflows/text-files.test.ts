import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BenchFacts } from '../../../src/bench/bench-facts.ts'
import { applyLineEdits } from '../../../src/changes/line-edits.ts'
import { resolveNames } from '../../../src/workflows/rename-domain/names.ts'
import { isByHand, planTextFiles } from '../../../src/workflows/rename-domain/plan-text-files.ts'
import type { RenameRequest } from '../../../src/workflows/rename-domain/request.ts'
import { factsOf, requestOf, siteOf } from './facts.ts'

const filesOf = (more: Partial<BenchFacts>, request: Partial<RenameRequest> = {}, directory = 'old.cloud') => {
  const facts = factsOf([siteOf(directory)], more)
  return planTextFiles(facts, resolveNames(facts, requestOf(directory, 'new.domain', request)))
}
const hosts = (...lines: string[]): Partial<BenchFacts> => ({
  hostsEntries: lines.map((text, index) => ({ path: '/etc/hosts', line: index + 1, address: '', names: [], text })),
})
const crontab = (text: string, where = '/etc/cron.d/erp'): Partial<BenchFacts> => ({
  crontab: [{ where, kind: where.startsWith('/') ? 'system-file' : 'user-crontab', line: 1, text, names: [] }],
})
/** The line as the planned edits leave it. */
const lineAfter = (
  more: Partial<BenchFacts>,
  text: string,
  request?: Partial<RenameRequest>,
  directory?: string,
): string => filesOf(more, request, directory).reduce((current, file) => applyLineEdits(current, file.edits).text, text)

for (const [before, after] of [
  ['127.0.0.1\told.cloud www.old.cloud # old.cloud', '127.0.0.1\tnew.domain www.old.cloud # new.domain'],
  ['127.0.0.1 OLD.CLOUD', '127.0.0.1 new.domain'],
  ['127.0.0.1 my-old.cloud old.cloud.test', '127.0.0.1 my-old.cloud old.cloud.test'],
] as const) {
  test(`hosts file: ${before}`, () => assert.equal(lineAfter(hosts(before), before), after))
}

for (const [before, after] of [
  ['0 4 * * * root bench --site old.cloud backup', '0 4 * * * root bench --site new.domain backup'],
  ['* * * * * curl https://old.cloud/x', '* * * * * curl https://new.domain/x'],
  ['* * * * * mail admin@old.cloud', '* * * * * mail admin@old.cloud'],
  ['* * * * * cat /b/sites/old.cloud/logs/x.log', '* * * * * cat /b/sites/new.domain/logs/x.log'],
  ['* * * * * ls /b/sites/old.cloud.bak', '* * * * * ls /b/sites/old.cloud.bak'],
] as const) {
  test(`crontab: ${before}`, () => assert.equal(lineAfter(crontab(before), before), after))
}

test('where the directory keeps its name, a crontab line that names it stays; an address in it follows', () => {
  const keep = { renameDirectory: 'no' } as const
  const site = '0 4 * * * root bench --site old.cloud backup'
  assert.equal(lineAfter(crontab(site), site, keep), site)
  const address = '* * * * * curl https://old.cloud/x'
  assert.equal(lineAfter(crontab(address), address, keep), '* * * * * curl https://new.domain/x')
})

test('a directory of a common name is renamed in the lines that name it', () => {
  const line = '0 4 * * * root bench --site site1 backup'
  assert.equal(lineAfter(crontab(line), line, {}, 'site1'), '0 4 * * * root bench --site new.domain backup')
})

for (const common of ['site1', 'frontend', 'localhost']) {
  test(`a site called ${common} is renamed where it is the site, and nowhere else on the machine`, () => {
    const same = [
      `* * * * * curl http://${common}:8000/ping`,
      `* * * * * docker exec ${common} bench --version`,
      `* * * * * rsync -a nas:/mnt/${common}/ /b/${common}`,
      `* * * * * ls /srv/sites/${common}/private`,
      `* * * * * cd /home/other/bench && bench --site ${common} backup`,
      `* * * * * bench --site ${common}.test backup`,
    ]
    for (const line of same) assert.equal(lineAfter(crontab(line), line, {}, common), line)
    const follows = [
      `0 4 * * * cd /home/frappe/frappe-bench && bench --site=${common} backup; docker exec ${common} x`,
      `0 4 * * * tar c /home/frappe/frappe-bench/sites/${common}/private`,
      `0 4 * * * cd /home/frappe/frappe-bench && ls ./sites/${common}`,
    ]
    for (const line of follows) {
      const wanted = line.replace(common, 'new.domain')
      assert.equal(lineAfter(crontab(line), line, {}, common), wanted)
    }
    const asked = `* * * * * curl http://${common}:8000/ping; docker exec ${common} x`
    assert.equal(
      lineAfter(crontab(asked), asked, { alsoRewrite: [common] }, common),
      asked.replace(`//${common}`, '//new.domain'),
    )
    assert.deepEqual(filesOf(hosts(`127.0.0.1 ${common}`), {}, common), [])
    assert.deepEqual(filesOf(hosts(`127.0.0.1 ${common}`), { alsoRewrite: [common] }, common), [])
  })
}

test('currentsite.txt follows the directory, whatever surrounds the name', () => {
  for (const text of ['old.cloud', 'old.cloud\n', '\n old.cloud \r\n']) {
    const [file] = filesOf({ currentSite: { path: '/currentsite.txt', text } })
    assert.ok(file)
    assert.deepEqual(applyLineEdits(text, file.edits), { text: text.replace('old.cloud', 'new.domain'), missing: [] })
  }
  assert.deepEqual(filesOf({ currentSite: { path: '/currentsite.txt', text: 'second.test' } }), [])
  assert.deepEqual(filesOf({ currentSite: { path: '/c', text: 'old.cloud' } }, { renameDirectory: 'no' }), [])
})

test('lines of one file are one change, each file its own', () => {
  const files = filesOf({
    ...hosts('127.0.0.1 old.cloud', '::1 old.cloud', '10.0.0.1 x'),
    ...crontab('x https://old.cloud'),
  })
  assert.deepEqual(
    files.map(({ path, kind, edits }) => [path, kind, edits.map((edit) => edit.line)]),
    [
      ['/etc/hosts', 'hosts', [1, 2]],
      ['/etc/cron.d/erp', 'system-crontab', [1]],
    ],
  )
})

test('a line is shown once, whole, before and after, without the password in it', () => {
  const text = '0 4 * * *\tfrappe curl -u me:S3CRET https://old.cloud/a https://old.cloud/b'
  const crontab = [{ where: '/etc/cron.d/erp', line: 3, text, kind: 'system-file' as const, names: ['old.cloud'] }]
  const facts = factsOf([siteOf('old.cloud')], { crontab })
  const [file] = planTextFiles(facts, resolveNames(facts, requestOf('old.cloud', 'new.domain')))
  const masked = text.replace('S3CRET', '***').replace('\t', ' ')
  assert.deepEqual(file?.shown, [{ line: 3, before: masked, after: masked.replaceAll('old.cloud', 'new.domain') }])
})

test("root's crontab files without root, and crontabs of others, are left to the administrator", () => {
  const facts = factsOf([])
  const file = (path: string, kind: 'system-crontab' | 'user-crontab' | 'hosts') => ({
    path,
    kind,
    edits: [],
    shown: [],
  })
  const [yes, no] = [() => true, () => false]
  assert.equal(isByHand(file('/etc/cron.d/erp', 'system-crontab'), facts, yes), true)
  assert.equal(isByHand(file('/etc/cron.d/erp', 'system-crontab'), facts, no), false)
  assert.equal(isByHand(file('/etc/hosts', 'hosts'), facts, yes), false)
  assert.equal(isByHand(file('crontab of frappe', 'user-crontab'), facts, no), false)
  assert.equal(isByHand(file('crontab of root', 'user-crontab'), facts, no), true)
})
