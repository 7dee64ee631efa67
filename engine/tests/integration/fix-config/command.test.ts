/** fix-config as somebody types it, on a bench without servers: what is shown, done, left, taken back and learned. */
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { createSandboxBench } from '../../../src/sandbox/sandbox-bench.ts'
import { type Child, startChild } from '../../servers/child.ts'
import { type Ended, migrator } from '../../servers/migrator.ts'
import { treeOf } from '../../servers/tree.ts'

/** What SQLite keeps beside a database that was looked into is nobody's change. */
const stateOf = (bench: string): string =>
  treeOf(bench, { without: ['.migrator', 'archived'] })
    .filter((line) => !/\.db-(?:wal|shm) /.test(line))
    .join('\n')

describe('fix-config', () => {
  let home = ''
  let bench = ''
  let config = ''
  let before = ''
  let stateBefore: string | undefined
  const fix = (...words: string[]): Promise<Ended> => migrator(bench, ['fix-config', '--no-interactive', ...words])
  const faultsOf = ({
    stdout,
  }: Ended): { finding: string; state: string; run: string | null; rollback: string | null }[] =>
    JSON.parse(stdout).faults
  const outcomes = () => migrator(bench, ['knowledge', 'outcomes', '--json']).then(({ stdout }) => JSON.parse(stdout))

  beforeEach(async () => {
    home = mkdtempSync(join(tmpdir(), 'migrator-fix-'))
    bench = join(home, 'bench')
    stateBefore = process.env['XDG_STATE_HOME']
    process.env['XDG_STATE_HOME'] = join(home, 'state')
    const made = await createSandboxBench({ directory: bench })
    config = join(bench, 'sites', made.siteName, 'site_config.json')
    // Two faults, one behind the other: while the file cannot be read nobody sees the switch in it.
    const keys = { ...JSON.parse(readFileSync(config, 'utf8')), maintenance_mode: 1 }
    writeFileSync(config, `\uFEFF${JSON.stringify(keys, null, 1).replace(/\n}$/, ',\n}')}`)
    before = stateOf(bench)
  })
  afterEach(() => {
    if (stateBefore === undefined) delete process.env['XDG_STATE_HOME']
    else process.env['XDG_STATE_HOME'] = stateBefore
    rmSync(home, { recursive: true, force: true })
  })

  for (const words of [['--plan'], []])
    it(`shows what it would do and changes nothing: fix-config ${words.join(' ')}`, async () => {
      const shown = await fix(...words)
      assert.equal(shown.code, 2, shown.stderr)
      assert.match(shown.stdout, /planned .*byte order mark/)
      assert.match(shown.stdout, /fix-config --auto-fix/)
      assert.deepEqual(
        treeOf(bench, { without: [] }).filter((line) => line.startsWith('.migrator')),
        [],
      )
      assert.equal(stateOf(bench), before)
    })

  it('mends a fault and the one behind it, leaves what is of medium risk, and takes all back in reverse', async () => {
    const done = await fix('--auto-fix', '--json')
    assert.equal(done.code, 2, done.stderr)
    const repaired = faultsOf(done).filter(({ state }) => state === 'repaired')
    assert.deepEqual(
      repaired.map(({ finding }) => finding),
      ['config-byte-order-mark', 'maintenance-left-on'],
    )
    assert.ok(faultsOf(done).some(({ state }) => state === 'left' || state === 'guided'))
    assert.equal(JSON.parse(readFileSync(config, 'utf8')).maintenance_mode, 0)
    const proof = await migrator(bench, ['verify-migration', '--run', repaired[0]?.run ?? ''])
    assert.equal(proof.code, 0, proof.stdout)
    const tooEarly = await migrator(bench, ['rollback', '--run', repaired[0]?.run ?? '', '--no-interactive'])
    assert.equal(tooEarly.code, 3, 'the later repair of the same file comes back first')
    for (const { run } of repaired.toReversed())
      assert.equal((await migrator(bench, ['rollback', '--run', run ?? '', '--no-interactive'])).code, 0)
    assert.equal(stateOf(bench), before)
    assert.match((await migrator(bench, ['rollback', '--list'])).stdout, /repair of/)
  })

  it('keeps what each repair came to, and neither uses nor keeps it with --no-learn', async () => {
    await fix('--auto-fix', '--only', 'config-syntax', '--no-learn')
    assert.equal((await outcomes()).outcomes, 0)
    await fix('--auto-fix', '--only', 'maintenance_mode_left_on')
    const kept = await outcomes()
    assert.deepEqual([kept.outcomes, kept.remedies[0]?.repair, kept.remedies[0]?.worked], [1, 'maintenance-mode', 1])
  })

  it('takes a repair back whose fault is still there, and exits 1', async () => {
    // No pip in this environment: what would be done cannot be.
    const packages = join(bench, 'env/lib')
    const [version = ''] = readdirSync(packages)
    renameSync(join(packages, version, 'site-packages/frappe.pth'), join(packages, version, 'site-packages/other.pth'))
    const start = stateOf(bench)
    const failed = await fix('--yes', '--only', 'app-not-in-environment', '--json')
    assert.equal(failed.code, 1, failed.stdout)
    assert.deepEqual(
      faultsOf(failed).map(({ state }) => state),
      ['failed'],
    )
    assert.equal(stateOf(bench), start)
    assert.equal((await outcomes()).remedies[0]?.failed, 1)
  })

  it('leaves maintenance on while a command that needs it is at work', async () => {
    await fix('--auto-fix', '--only', 'config-syntax')
    const argv: [string, ...string[]] = ['python3', '-c', 'import time; time.sleep(60)', 'bench', 'migrate']
    const child: Child = await startChild({
      ...{ argv, directory: join(bench, 'sites'), logPath: join(home, 'migrate.log'), ready: async () => true },
    })
    try {
      const left = await fix('--auto-fix', '--only', 'maintenance-left-on', '--json')
      assert.deepEqual(
        faultsOf(left).map(({ state }) => state),
        ['guided'],
      )
      assert.equal(JSON.parse(readFileSync(config, 'utf8')).maintenance_mode, 1)
    } finally {
      await child.kill()
    }
  })

  it('guides through what nobody may do by itself, with commands', async () => {
    writeFileSync(config, readFileSync(config, 'utf8').slice(1, 60))
    const guided = await fix('--yes', '--only', 'config-invalid-json')
    assert.equal(guided.code, 2)
    assert.match(guided.stdout, /guided .*\n[\s\S]*1\. /)
    assert.match(guided.stdout, /It is gone when:/)
  })

  it('refuses a cause that nobody knows, and is quiet where nothing is wrong', async () => {
    assert.equal((await fix('--only', 'no-such-thing')).code, 3)
    symlinkSync('/nowhere', join(bench, 'sites', 'old.example.com'))
    assert.equal((await fix('--auto-fix', '--only', 'site-dangling-symlink')).code, 0)
    const nothing = await fix('--auto-fix', '--only', 'site-dangling-symlink')
    assert.equal(nothing.code, 0)
    assert.match(nothing.stdout, /Nothing is to be repaired/)
  })
})
