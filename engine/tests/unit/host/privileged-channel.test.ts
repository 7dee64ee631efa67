import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { allowedCommand, allowedPath, answerPrivileged } from '../../../src/host/local/privileged-channel.ts'

const home = mkdtempSync(join(tmpdir(), 'migrator-channel-'))
process.on('exit', () => rmSync(home, { recursive: true, force: true }))

for (const argv of [
  ['nginx', '-t'],
  ['/usr/sbin/nginx', '-s', 'reload'],
  ['/usr/local/openresty/nginx/sbin/nginx', '-t'],
  ['systemctl', 'reload', 'nginx'],
  ['/usr/bin/systemctl', 'reload', 'openresty.service'],
]) {
  test(`root runs: ${argv.join(' ')}`, async () => {
    assert.deepEqual(await allowedCommand(argv), argv)
  })
}

for (const argv of [
  ['sh', '-c', 'id'],
  ['/home/frappe/nginx', '-t'],
  ['/home/frappe/usr/sbin/nginx', '-t'],
  ['/usr/sbin/../../home/frappe/nginx', '-t'],
  ['./nginx', '-t'],
  ['nginx', '-t', '-c', '/home/frappe/nginx.conf'],
  ['nginx', '-t', '-c', '/etc/nginx/../../home/frappe/nginx.conf'],
  ['nginx', '-t', '-c', '/etc/nginx-of-frappe/nginx.conf'],
  ['nginx', '-t', '-g', 'load_module /home/frappe/evil.so;'],
  ['nginx', '-t -c /home/frappe/x'],
  ['nginx', '-t', '-c /etc/nginx/nginx.conf'],
  ['nginx', '-s', 'stop'],
  ['nginx', '-t', '\n', 'id'],
  ['nginx'],
  ['systemctl', 'restart', 'nginx'],
  ['systemctl', 'reload', 'ssh'],
  ['systemctl', 'reload', 'nginx', 'ssh'],
  ['tee', '/etc/nginx/nginx.conf'],
  [''],
]) {
  test(`root does not run: ${JSON.stringify(argv)}`, async () => {
    await assert.rejects(allowedCommand(argv))
  })
}

test('root writes the hosts file and nothing outside its own directories', async () => {
  assert.equal(await allowedPath('/etc/hosts'), '/etc/hosts')
  for (const path of [
    '/etc/passwd',
    '/etc/cron.d/erp',
    '/etc/hosts.allow',
    '/etc/nginx/../passwd',
    '/etc/nginx/../cron.d/erp',
    '/etc/nginx-of-frappe/x.conf',
    join(home, 'x.conf'),
  ]) {
    await assert.rejects(allowedPath(path), path)
  }
})

/** The bench's own nginx.conf is linked into /etc/nginx: its owner may turn it into a link to anything. */
test('a link is judged by where it leads', async () => {
  mkdirSync(join(home, 'hosts'))
  symlinkSync('/etc/hosts', join(home, 'harmless'))
  symlinkSync('/etc/passwd', join(home, 'harmful'))
  symlinkSync('/etc', join(home, 'etc'))
  assert.equal(await allowedPath(join(home, 'harmless')), '/etc/hosts')
  assert.equal(await allowedPath(join(home, 'etc', 'hosts')), '/etc/hosts')
  await assert.rejects(allowedPath(join(home, 'harmful')))
  await assert.rejects(allowedPath(join(home, 'etc', 'passwd')))
})

test('what is refused comes back as a problem, is not done, and the channel goes on answering', async () => {
  const victim = join(home, 'victim')
  writeFileSync(victim, 'as before')
  const asking = join(home, 'asking.mjs')
  writeFileSync(
    asking,
    `const actions = ${JSON.stringify([
      { kind: 'write', path: victim, content: Buffer.from('other').toString('base64'), mode: null },
      { kind: 'remove', path: victim },
      { kind: 'remove', path: '/etc/hosts' },
      { kind: 'run', argv: ['touch', join(home, 'made')] },
      { kind: 'other', path: victim },
      { kind: 'run', argv: ['sh', '-c', 'id'] },
    ])}
     actions.forEach((action, id) => process.send({ id, action }))
     const replies = []
     process.on('message', (reply) => {
       replies.push(reply)
       if (replies.length === 5) { process.send({ replies }); process.disconnect() }
     })`,
  )
  const child = fork(asking)
  answerPrivileged(child)
  const said = new Promise<{ id: number; problem: string | null }[]>((resolve) => {
    child.on('message', (message) => {
      if (message !== null && typeof message === 'object' && 'replies' in message) resolve(message.replies as never)
    })
  })
  const replies = await said
  await once(child, 'exit')
  assert.deepEqual(replies.map((reply) => reply.id).sort(), [0, 1, 2, 3, 5])
  for (const reply of replies) assert.match(reply.problem ?? '', /^root does not (write|remove|run) /)
  assert.equal(readFileSync(victim, 'utf8'), 'as before')
  assert.throws(() => readFileSync(join(home, 'made')))
  assert.ok(readFileSync('/etc/hosts'))
})

test('when the process that acts as root is gone, what waits for it and what asks later is told so', async () => {
  const channel = fileURLToPath(new URL('../../../src/host/local/privileged-channel.ts', import.meta.url))
  const asking = join(home, 'left-alone.mjs')
  const report = join(home, 'left-alone.json')
  writeFileSync(
    asking,
    `import { writeFileSync } from 'node:fs'
     import { askPrivileged } from ${JSON.stringify(channel)}
     const ask = () => askPrivileged({ kind: 'run', argv: ['nginx', '-t'] }).then(() => 'answered', (error) => error.code)
     const pending = ask()
     process.send('asked')
     const first = await pending
     writeFileSync(${JSON.stringify(report)}, JSON.stringify([first, await ask()]))`,
  )
  const child = fork(asking)
  child.on('message', (message) => {
    if (message === 'asked') child.disconnect()
  })
  const [code] = await once(child, 'exit')
  assert.equal(code, 0)
  assert.deepEqual(JSON.parse(readFileSync(report, 'utf8')), ['privilege-lost', 'privilege-lost'])
})
