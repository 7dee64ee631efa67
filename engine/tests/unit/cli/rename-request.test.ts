import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type RenameOptions, refuseContradictions, renameRequest } from '../../../src/cli/commands/rename-request.ts'
import { wrongUsage } from '../../../src/cli/failure.ts'
import { MigratorError } from '../../../src/host/errors.ts'

/** What commander gives when nothing is said. */
const silent: RenameOptions = {
  renameDirectory: 'auto',
  redirect: true,
  waitForJobs: '120',
}
const refused = (error: unknown): boolean => error instanceof MigratorError && error.kind === 'usage'

test('a plan file alone is fine, with where and how as well', () => {
  refuseContradictions({
    ...silent,
    planFile: '/p',
    bench: '/b',
    json: true,
    interactive: false,
    yes: true,
    plan: true,
  })
})

const beside: [string, Partial<RenameOptions>][] = [
  ['--source', { source: 'a' }],
  ['--source', { sourceDomain: 'a' }],
  ['--target', { target: 'a' }],
  ['--target', { targetDomain: 'a' }],
  ['--site', { site: 'a' }],
  ['--profile', { profile: '/p' }],
  ['--url', { url: 'http://a' }],
  ['--also-rewrite', { alsoRewrite: ['a'] }],
  ['--include', { include: ['a'] }],
  ['--exclude', { exclude: ['a'] }],
  ['--rename-directory', { renameDirectory: 'no' }],
  ['--certificate', { certificate: '/c' }],
  ['--certificate', { certificateKey: '/k' }],
  ['--no-redirect', { redirect: false }],
  ['--rebuild-search', { rebuildSearch: true }],
  ['--deep', { deep: true }],
  ['--wait-for-jobs', { waitForJobs: '5' }],
]
for (const [name, options] of beside) {
  test(`${Object.keys(options)[0]} beside a plan file is refused as ${name}, and fine without one`, () => {
    refuseContradictions({ ...silent, ...options })
    assert.throws(
      () => refuseContradictions({ ...silent, ...options, planFile: '/p' }),
      (error) => refused(error) && error instanceof Error && error.message.includes(name),
    )
  })
}

test('--out goes with --plan alone', () => {
  refuseContradictions({ ...silent, out: '/o', plan: true })
  assert.throws(() => refuseContradictions({ ...silent, out: '/o' }), refused)
})

test('two options that say different things are refused: neither silently loses', () => {
  refuseContradictions({ ...silent, source: 'a', sourceDomain: 'a' })
  const contradictions: [Partial<RenameOptions>, RegExp][] = [
    [{ source: 'a', sourceDomain: 'b' }, /--source a and --source-domain b/],
    [{ target: 'a', targetDomain: 'b' }, /--target a and --target-domain b/],
    [{ include: ['tabX.y:host'], exclude: ['tabX.y'] }, /tabX\.y is both in --include and in --exclude/],
  ]
  for (const [options, says] of contradictions)
    assert.throws(
      () => refuseContradictions({ ...silent, ...options }),
      (error) => refused(error) && error instanceof Error && says.test(error.message),
    )
})

test('seconds are a number of at most a day', async () => {
  const wait = async (waitForJobs: string) =>
    (await renameRequest({ ...silent, source: 'a.test', target: 'b.test', waitForJobs })).request.waitForJobsSeconds
  assert.equal(await wait('0'), 0)
  assert.equal(await wait('2.5'), 2.5)
  assert.equal(await wait('86400'), 86_400)
  for (const text of ['', ' ', '-1', '1e3', '0x10', 'soon', 'NaN', 'Infinity', '86401']) {
    await assert.rejects(wait(text), refused, text)
  }
})

test('both names are needed, and the other spelling of their options counts', async () => {
  const { request } = await renameRequest({ ...silent, sourceDomain: 'a.test', targetDomain: 'b.test' })
  assert.deepEqual([request.source, request.target], ['a.test', 'b.test'])
  assert.equal((await renameRequest({ ...silent, site: 'a.test', target: 'b.test' })).request.source, 'a.test')
  await assert.rejects(renameRequest({ ...silent, target: 'b.test' }), /--source is missing/)
  await assert.rejects(renameRequest({ ...silent, source: 'a.test' }), /--target is missing/)
})

test("commander's words become an error that says what to type next", () => {
  const error = wrongUsage("error: unknown option '--fast'", 'bench migrator', ['rename-domain', '--fast'])
  assert.deepEqual(
    [error.kind, error.message, error.hint],
    ['usage', "unknown option '--fast'", 'See: bench migrator rename-domain --help'],
  )
  assert.equal(wrongUsage("error: unknown command 'x'", 'bench migrator', ['x']).hint, 'See: bench migrator --help')
  assert.equal(wrongUsage("error: unknown option '--x'", 'bench migrator', ['--x']).hint, 'See: bench migrator --help')
})
