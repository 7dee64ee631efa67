/** What goes wrong with a server over ssh is said in a user's words, with ssh's as evidence; a broken line is told, and mended. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { MigratorError } from '../../../src/host/errors.ts'
import { localHost } from '../../../src/host/local/index.ts'
import { sshHost } from '../../../src/host/ssh/index.ts'
import { startLine } from '../../servers/line.ts'
import { createSshClient, type SshClient, type SshServer, startSshd } from '../../servers/sshd.ts'

const me = localHost().userName
let client: SshClient
let server: SshServer

before(async () => {
  client = await createSshClient()
  server = await startSshd(client)
})
after(async () => {
  await server.stop()
  await client.remove()
})

async function refusal(work: Promise<unknown>): Promise<MigratorError> {
  const error = await work.then(
    () => null,
    (cause: unknown) => cause,
  )
  assert.ok(error instanceof MigratorError, `no MigratorError but ${error}`)
  return error
}

const connecting = (name: string, sshConfig = client.configPath) => refusal(sshHost({ server: name, sshConfig }))

test('an unknown host key: its fingerprint, and the command that accepts it', async () => {
  const stranger = await startSshd(client, { known: false })
  try {
    const error = await connecting(stranger.server(me))
    const shown = execFileSync('ssh-keygen', ['-lf', `${stranger.directory}/host_key.pub`]).toString()
    const fingerprint = /SHA256:\S+/.exec(shown)?.[0] ?? 'none'
    assert.equal(error.code, 'host-key-unknown')
    assert.ok(error.evidence?.includes(fingerprint), error.evidence)
    assert.ok(error.hint?.endsWith(`ssh -F ${client.configPath} -p ${stranger.port} ${me}@127.0.0.2 exit`), error.hint)
  } finally {
    await stranger.stop()
  }
})

test('a changed host key: where the old one stands, and never a way around the question', async () => {
  const other = await startSshd(client)
  try {
    await other.changeHostKey()
    const error = await connecting(other.server(me))
    assert.equal(error.code, 'host-key-changed')
    assert.match(error.evidence ?? '', new RegExp(`SHA256:.*${client.knownHostsPath}, line \\d+`))
    assert.ok(error.hint?.includes(`ssh-keygen -f ${client.knownHostsPath} -R '[127.0.0.2]:${other.port}'`), error.hint)
  } finally {
    await other.stop()
  }
})

test('a wrong port, an unknown name, a name that is none', async () => {
  assert.equal((await connecting(`${me}@127.0.0.2:1`)).code, 'ssh-refused')
  const unknown = await connecting(`${me}@no-such-server.invalid`)
  assert.equal(unknown.code, 'ssh-name-unknown')
  assert.match(unknown.evidence ?? '', /Could not resolve hostname/)
  for (const name of ['-oProxyCommand=touch /tmp/x', 'a b', 'user@', 'host:0', 'host:99999', ''])
    assert.equal((await connecting(name)).code, 'server-name-invalid', name)
})

test('no key that is accepted: which ones were offered', async () => {
  const stranger = await createSshClient()
  try {
    await writeFile(stranger.knownHostsPath, await server.knownHostsLine(server.port))
    const error = await connecting(server.server(me), stranger.configPath)
    assert.equal(error.code, 'ssh-key-refused')
    assert.ok(error.evidence?.includes(stranger.keyPath), error.evidence)
    assert.match(error.hint ?? '', /ssh-copy-id/)
  } finally {
    await stranger.remove()
  }
})

test('what answers is no ssh server', async () => {
  const line = await startLine({ address: '127.0.0.1', port: 1 }, 0, '127.0.0.1')
  try {
    assert.equal((await connecting(`${me}@127.0.0.1:${line.port}`)).code, 'ssh-not-spoken')
  } finally {
    await line.stop()
  }
})

test('a bench of another user: root acts for her, nobody else without sudo', async (context) => {
  const [other] = execFileSync('getent', ['passwd', 'nobody', 'daemon']).toString().split(':')
  if (process.getuid?.() !== 0) {
    context.skip('only root may log in as others here')
    return
  }
  const asOwner = await sshHost({ server: server.server('root'), sshConfig: client.configPath, owner: other })
  try {
    assert.equal((await asOwner.run({ argv: ['id', '-un'] })).stdout.trim(), other)
    assert.equal((await asOwner.run({ argv: ['id', '-un'], privileged: true })).stdout.trim(), 'root')
    await assert.rejects(asOwner.readFile('/etc/shadow'), { code: 'EACCES' })
    assert.equal(asOwner.userName, other)
  } finally {
    await asOwner.close()
  }
  const unknown = await refusal(
    sshHost({ server: server.server('root'), sshConfig: client.configPath, owner: 'nobody-here' }),
  )
  assert.equal(unknown.code, 'remote-user-unknown')
})

test('a connection that breaks is told as such, and the next call makes a new one with the same sockets', async () => {
  const host = await sshHost({ server: server.server(me), sshConfig: client.configPath })
  try {
    const reached = await host.reach({ host: '127.0.0.2', port: server.port })
    const running = refusal(host.run({ argv: ['sleep', '30'] }))
    await host.readFile('/proc/uptime')
    await new Promise((resolve) => setTimeout(resolve, 1000))
    await server.cut()
    assert.equal((await running).code, 'connection-lost')
    assert.equal((await host.run({ argv: ['echo', 'again'] })).stdout, 'again\n')
    assert.deepEqual(await host.reach({ host: '127.0.0.2', port: server.port }), reached)
  } finally {
    await host.close()
  }
})

test('a line that is dead ends in an error, and not in waiting', { timeout: 60_000 }, async () => {
  const line = await startLine(server, 0)
  await writeFile(client.knownHostsPath, await server.knownHostsLine(line.port), { flag: 'a' })
  const host = await sshHost({ server: `${me}@127.0.0.2:${line.port}`, sshConfig: client.configPath })
  try {
    await host.status('/')
    line.goDead()
    const began = Date.now()
    assert.equal((await refusal(host.status('/'))).code, 'connection-lost')
    assert.ok(Date.now() - began < 30_000)
    line.cut()
    assert.equal((await host.status('/'))?.kind, 'directory')
  } finally {
    await host.close()
    await line.stop()
  }
})
