import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type { Connection } from 'mariadb'
import { connect } from '../../../src/database/mariadb/connection.ts'
import { journalOf, renameArguments, start, stillOpen, until } from './command.ts'
import { createMariadbStage, type MariadbStage } from './mariadb-stage.ts'
import { undisturbed } from './matrix.ts'
import { LATER_MILLISECONDS } from './stage.ts'

interface Hold {
  /** What keeps our statement waiting in the server. */
  begin(session: Connection): Promise<unknown>
  end(session: Connection): Promise<unknown>
  /** A condition on information_schema.processlist: our session waits. */
  waiting: string
  /** Whether the server keeps the statement waiting, or notices within a second that its client is gone. */
  outlives: boolean
}

const holds: Record<string, Hold> = {
  'an update that waits for a row somebody else has locked': {
    begin: async (session) => {
      await session.query('START TRANSACTION')
      return session.query("SELECT url FROM `tabACME Link` WHERE name = 'nokjkab8i0' FOR UPDATE")
    },
    end: (session) => session.query('ROLLBACK'),
    waiting: "info LIKE 'UPDATE %'",
    outlives: true,
  },
  'a commit that the server holds back': {
    begin: async (session) => {
      for (const stage of ['START', 'FLUSH', 'BLOCK_DDL', 'BLOCK_COMMIT']) await session.query(`BACKUP STAGE ${stage}`)
    },
    end: (session) => session.query('BACKUP STAGE END'),
    waiting: "info = 'COMMIT'",
    outlives: false,
  },
}

const rootSession = ({ mariadb, site }: MariadbStage): Promise<Connection> =>
  connect(
    {
      ...{ kind: 'mariadb', host: null, port: null, socket: mariadb.socket },
      ...{ user: 'root', password: mariadb.rootPassword, database: site.database.database },
    },
    'write',
  )

test('a statement that outlives the killed run is waited for', async (t) => {
  const stage = await createMariadbStage()
  t.after(() => stage.remove())
  const ends = await undisturbed(stage)
  for (const [name, hold] of Object.entries(holds)) {
    for (const action of ['resume', 'rollback'] as const) {
      await t.test(`${name}: ${action}`, async () => {
        stage.fresh()
        const session = await rootSession(stage)
        try {
          await hold.begin(session)
          const run = start(stage.benchPath, renameArguments(stage.request), stage.environment)
          const waits = async () => Number((await stage.mariadb.sql(waitingSql(stage, hold))).trim()) > 0
          await until('our statement waits in the server', waits)
          run.signal('SIGKILL')
          await run.ended
          await delay(200)
          assert.equal(await waits(), true, 'the server goes on with the statement of the killed run')
          const next = start(stage.benchPath, [action, '--no-interactive'], stage.environment)
          if (!(await stillOpen(next.ended, 1500)) && hold.outlives)
            assert.fail(`${action} did not wait: ${JSON.stringify(await next.ended)}`)
          await hold.end(session)
          const ended = await next.ended
          assert.equal(ended.code, 0, ended.stderr)
          const wanted = action === 'resume' ? ends.end : ends.start
          assert.equal(await stage.state(), wanted)
          await delay(LATER_MILLISECONDS)
          assert.equal(await stage.state(), wanted, 'looked at again')
          assert.equal(await stage.sessions(), 0)
        } finally {
          await session.end()
        }
        if (action === 'resume') assert.equal(await stage.drive('rollback'), 'rolled-back')
      })
    }
  }
  await t.test('the database server dies in the middle and comes back: the run goes on by itself', async () => {
    stage.fresh()
    const at = { label: 'rewrite-database rows before', number: 1 }
    const renamed = stage.drive('rename', at, ['end', String(stage.mariadb.pid)])
    await until('the step failed', () => journalOf(stage.benchPath).includes('"choice":"retry"'))
    await stage.mariadb.startAgain()
    assert.equal(await renamed, 'done')
    assert.equal(await stage.state(), ends.end)
    assert.equal(await stage.drive('rollback'), 'rolled-back')
    assert.equal(await stage.state(), ends.start)
  })
  await t.test('nginx refuses for a reason of its own: all is taken back', async () => {
    const { nginx, benchPath } = stage
    const broken = `${nginx.includeDirectory}/broken.conf`
    // Before the change looks, and between its look and its own files.
    for (const label of ['move-directory journal:done after', 'proxy-config journal:intent after']) {
      stage.fresh()
      const said = await stage.drive('rename', { label, number: 1 }, [
        'write',
        `${broken}=server { listen nonsense; }\n`,
      ])
      assert.match(said ?? '', /^rolled-back [^k]/, label)
      rmSync(broken)
      assert.equal(await stage.state(), ends.start)
      assert.match(journalOf(benchPath), /"code":"nginx-refused"/)
    }
  })
})

const waitingSql = ({ site }: MariadbStage, { waiting }: Hold): string =>
  `SELECT COUNT(*) FROM information_schema.processlist WHERE user = '${site.database.user}' AND ${waiting}`
