import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type Stage, said, setStage } from '../rename/stage.ts'
import { edit, keptOf } from './stage.ts'

const [source, target] = ['old.cloud', 'new.domain']
const twice = 'server { listen 127.0.0.1:$HTTP; server_name dup.test; return 204; }\n'
let stage: Stage
let treeBefore: string[]

before(async () => {
  stage = await setStage({
    dataSet: 'site-v14',
    site: source,
    siteConfig: { host_name: `http://${source}` },
    extraFiles: { 'zz-others.conf': twice + twice },
  })
  treeBefore = stage.tree()
})
after(() => stage?.stop())

async function renamed(): Promise<void> {
  const done = await stage.rename(source, target)
  assert.equal(done.code, 0, said(done))
}

test('a name that two blocks of somebody else claim is no obstacle: nginx serves the new name, and the old one again', async () => {
  await renamed()
  assert.equal((await stage.visit(target, '/login')).status, 200)
  assert.equal((await stage.visit(source, '/login')).status, 307)
  const back = await stage.migrate('rollback', '--no-interactive')
  assert.equal(back.code, 0, said(back))
  assert.equal((await stage.visit(source, '/login')).status, 200)
  assert.deepEqual(stage.tree(), treeBefore)
})

test('a redirect that somebody edited gives way to the site that comes back, and is kept elsewhere', async () => {
  await renamed()
  const redirect = join(stage.nginx.includeDirectory, `migrator-${source}.conf`)
  edit(redirect, (text) => text.replace('server {', 'server {\n\taccess_log off;'))
  const edited = readFileSync(redirect, 'utf8')
  const back = await stage.migrate('rollback', '--no-interactive', '--json')
  assert.equal(back.code, 5, said(back))
  const [kept = '', ...more] = keptOf(back.stdout)
  assert.deepEqual(more, [])
  const [, aside = ''] = /changed by somebody since; it was moved to (\S+)$/.exec(kept) ?? []
  assert.equal(readFileSync(aside, 'utf8'), edited)
  assert.equal(existsSync(redirect), false)
  assert.equal((await stage.visit(source, '/login')).status, 200)
  assert.deepEqual(stage.tree(), treeBefore)
})

test('with Redis gone the site comes back all the same; what was not done there is listed', async () => {
  await renamed()
  await stage.redis.stop()
  const started = Date.now()
  const back = await stage.migrate('rollback', '--no-interactive', '--json')
  assert.equal(back.code, 5, said(back))
  assert.ok(Date.now() - started < 20_000, 'no minutes of trying')
  const kept = keptOf(back.stdout).join('\n')
  assert.match(kept, /workers of the bench: not paused/)
  assert.match(kept, /background jobs of new\.domain: not moved back/)
  assert.match(kept, /cache of the site: not cleared/)
  assert.deepEqual(stage.tree(), treeBefore)
})
