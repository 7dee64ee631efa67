/** What Host promises, of this machine and of a server over ssh alike. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { chmod, chown, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type { Host, ProcessIdentity } from '../../../src/host/host.ts'
import { systemCode } from '../../../src/host/local/files.ts'
import { localHost } from '../../../src/host/local/index.ts'
import { sshHost } from '../../../src/host/ssh/index.ts'
import { createSshClient, type SshClient, type SshServer, startSshd } from '../../servers/sshd.ts'

const isRoot = process.getuid?.() === 0
const code = (wanted: string) => (error: unknown) => systemCode(error) === wanted

for (const kind of ['local', 'ssh'] as const) {
  describe(`a host that is ${kind === 'local' ? 'this machine' : 'a server over ssh'}`, () => {
    let client: SshClient
    let server: SshServer
    let host: Host
    let directory: string
    const at = (name: string) => join(directory, name)

    before(async () => {
      directory = await mkdtemp(join(tmpdir(), "migrator host's promises-"))
      if (kind === 'local') {
        host = localHost()
        return
      }
      client = await createSshClient()
      server = await startSshd(client)
      host = await sshHost({ server: server.server(localHost().userName), sshConfig: client.configPath })
    })
    after(async () => {
      await host.close()
      await rm(directory, { recursive: true, force: true })
      if (kind === 'ssh') {
        await server.stop()
        await client.remove()
      }
    })

    test('knows who it is', async () => {
      assert.equal(host.userId, process.getuid?.())
      assert.equal(host.userName, localHost().userName)
      assert.deepEqual(new Set(host.addresses()), new Set(localHost().addresses()))
      assert.equal(await host.privilege(), isRoot ? 'root' : await localHost().privilege())
    })

    test('tells of a file what the system tells, and nothing of one that is not there', async () => {
      await writeFile(at('plain'), 'five!', { mode: 0o640 })
      await symlink('nowhere', at('link'))
      assert.deepEqual(await host.status(at('plain')), await localHost().status(at('plain')))
      assert.deepEqual(await host.status(at('link')), await localHost().status(at('link')))
      assert.equal((await host.status(directory))?.kind, 'directory')
      assert.equal(await host.status(at('absent')), null)
      assert.equal(await host.status(at('plain/below')), null)
    })

    test('reads any bytes, and names in any spelling', async () => {
      const bytes = Buffer.from([0, 10, 255, 13, 0, 10, ...Buffer.from('ü\n')])
      const large = Buffer.alloc(3_000_000, 'line of text\n\0')
      await writeFile(at("it's $HOME\nnew `line` ü *"), bytes)
      await writeFile(at('large'), large)
      await writeFile(at('empty'), '')
      assert.deepEqual(await host.readFile(at("it's $HOME\nnew `line` ü *")), bytes)
      assert.equal((await host.readFile(at('empty'))).length, 0)
      assert.ok(large.equals(await host.readFile(at('large'))))
      assert.deepEqual(await host.list(directory), await localHost().list(directory))
    })

    test('fails with the name the system has for it', async () => {
      await assert.rejects(host.readFile(at('absent')), code('ENOENT'))
      await assert.rejects(host.readFile(directory), code('EISDIR'))
      await assert.rejects(host.list(at('plain')), code('ENOTDIR'))
      await assert.rejects(host.list(at('absent')), code('ENOENT'))
      await assert.rejects(host.realPath(at('link')), code('ENOENT'))
      await assert.rejects(host.readLink(at('plain')), code('EINVAL'))
    })

    test('follows a link to its end, and tells its text', async () => {
      await symlink('plain', at('to plain\n'))
      assert.equal(await host.readLink(at('to plain\n')), 'plain')
      assert.equal(await host.realPath(at('to plain\n')), at('plain'))
    })

    test('replaces a file as a whole: mode and owner stay, a link keeps leading to it', async () => {
      await writeFile(at('kept'), 'old', { mode: 0o600 })
      if (isRoot) await chown(at('kept'), 1, 1)
      await chmod(at('kept'), 0o604)
      await symlink('kept', at('to kept'))
      const bytes = Buffer.from([0, 1, 2, 10, 255])
      await host.writeFile(at('to kept'), bytes)
      const now = await stat(at('kept'))
      assert.deepEqual(await readFile(at('kept')), bytes)
      assert.equal(now.mode & 0o7777, 0o604)
      if (isRoot) assert.deepEqual([now.uid, now.gid], [1, 1])
      assert.equal(await host.readLink(at('to kept')), 'kept')
      await host.writeFile(at('new'), '', { mode: 0o600 })
      assert.equal((await stat(at('new'))).mode & 0o7777, 0o600)
      assert.deepEqual(
        (await host.list(directory)).filter((name) => name.endsWith('.migrator')),
        [],
      )
    })

    test('says why a file could not be written, and leaves it as it was', async () => {
      await assert.rejects(host.writeFile(at('absent/file'), 'x'), code('ENOENT'))
      assert.equal(await host.status(at('absent')), null)
    })

    test('settles what a killed writer left beside a file', async () => {
      await writeFile(at('settled'), 'old')
      await writeFile(at('.settled.migrator'), 'half')
      await host.settleUnfinished(at('settled'))
      assert.equal(await host.status(at('.settled.migrator')), null)
      await writeFile(at('.settled.migrator-in-place'), 'whole')
      await host.settleUnfinished(at('settled'))
      assert.equal((await readFile(at('settled'))).toString(), 'whole')
      assert.equal(await host.status(at('.settled.migrator-in-place')), null)
      await host.settleUnfinished(at('absent/at all'))
    })

    test('makes directories with their mode, and links in the place of others', async () => {
      await host.makeDirectory(at('a/b c'), 0o700)
      assert.equal((await stat(at('a/b c'))).mode & 0o7777, 0o700)
      await host.makeDirectory(at('a/b c'))
      await host.writeLink(at('a/link'), 'one')
      await host.writeLink(at('a/link'), "it's two")
      assert.equal(await host.readLink(at('a/link')), "it's two")
    })

    test('renames, but never over what is there', async () => {
      await writeFile(at('from'), 'content')
      await symlink('nowhere', at('taken'))
      await assert.rejects(host.rename(at('from'), at('taken')), code('EEXIST'))
      await assert.rejects(host.rename(at('absent'), at('to')), code('ENOENT'))
      await host.rename(at('from'), at('to'))
      assert.equal(await host.status(at('from')), null)
      if ((await stat('/dev/shm')).dev !== (await stat(directory)).dev) {
        await assert.rejects(host.rename(at('to'), '/dev/shm/migrator-never'), code('EXDEV'))
      }
      assert.equal((await readFile(at('to'))).toString(), 'content')
    })

    test('removes, and what is not there is fine', async () => {
      await host.remove(at('to'))
      await host.remove(at('to'))
      await assert.rejects(host.remove(at('a')))
      await host.remove(at('a'), { recursive: true })
      assert.equal(await host.status(at('a')), null)
    })

    test('runs a program with any argument, its input and its directory, and keeps its streams apart', async () => {
      const words = ["it's", '$HOME `x`', 'new\nline', '', '*', '\\n', '-n', 'ü']
      const script = 'printf "%s|" "$@"; pwd; cat; echo complaint >&2; exit 7'
      const done = await host.run({
        argv: ['sh', '-c', script, 'sh', ...words],
        directory,
        input: Buffer.from('given\n'),
      })
      assert.equal(done.stdout, `${words.join('|')}|${directory}\ngiven\n`)
      assert.deepEqual([done.exitCode, done.stderr, done.signal, done.timedOut], [7, 'complaint\n', null, false])
    })

    test('gives a program a small environment, and secrets where no process list shows them', async () => {
      const done = await host.run({
        argv: ['sh', '-c', 'cat <&3; cat <&4; cat; echo; env; tr "\\0" " " < /proc/$$/cmdline'],
        environment: { GIVEN: "it's given" },
        secrets: ['first secret\n', "second 'secret'\n\n"],
        input: 'input',
      })
      assert.ok(done.stdout.startsWith("first secret\nsecond 'secret'\n\ninput\n"), done.stdout)
      assert.match(done.stdout, /^GIVEN=it's given$/m)
      assert.doesNotMatch(done.stdout, /^SSH_/m)
      assert.doesNotMatch(done.stdout.slice(40), /secret'?$/m)
    })

    test('a program that is not there, and a directory that is not there, end with 127', async () => {
      assert.equal((await host.run({ argv: ['no-such-program-here'] })).exitCode, 127)
      assert.equal((await host.run({ argv: ['true'], directory: at('absent') })).exitCode, 127)
    })

    test('a program that takes too long is ended with all that it started', async () => {
      const began = Date.now()
      const mark = `31${process.pid}.5`
      const done = await host.run({
        argv: ['sh', '-c', `sleep ${mark} & sleep ${mark}; wait`],
        timeoutMilliseconds: 400,
      })
      assert.ok(done.timedOut)
      assert.ok(Date.now() - began < 8000)
      const left = (await host.processes()).filter(({ argv }) => argv[1] === mark)
      assert.deepEqual(left, [])
    })

    test('a program is ended when its signal is aborted', async () => {
      const stop = new AbortController()
      setTimeout(() => stop.abort(), 300)
      const done = await host.run({ argv: ['sleep', '40'], signal: stop.signal })
      assert.equal(done.timedOut, false)
      assert.notEqual(done.exitCode, 0)
    })

    test('tells who a program is before it gets its input, and starts nothing that could not be noted', async () => {
      let seen: ProcessIdentity | null = null
      const done = await host.run({
        argv: ['cat'],
        input: 'later',
        onStart: async (identity) => {
          seen = identity
          assert.deepEqual(await host.processIdentity(identity.pid), identity)
        },
      })
      assert.equal(done.stdout, 'later')
      assert.ok(seen)
      const refuse = async () => {
        throw new Error('the journal is full')
      }
      await assert.rejects(
        host.run({ argv: ['sh', '-c', 'sleep 1; touch "$1"', 'sh', at('made')], onStart: refuse }),
        /journal is full/,
      )
      await delay(1200)
      assert.equal(await host.status(at('made')), null)
    })

    test('opens a program whose streams are long, both ways', async () => {
      const opened = await host.open({ argv: ['sh', '-c', 'cat; echo done >&2'] })
      const bytes = 5_000_000
      opened.stdin.end(Buffer.alloc(bytes, 'abcdefgh\n'))
      assert.equal((await text(opened.stdout)).length, bytes)
      assert.deepEqual(await opened.ended, { exitCode: 0, signal: null, stderr: 'done\n', timedOut: false })
    })

    test('ends a process by its identity, and not another one that has its number', async () => {
      const opened = await host.open({ argv: ['sleep', '60'] })
      assert.ok(opened.identity)
      opened.stdout.resume()
      assert.equal(await host.endProcess({ ...opened.identity, startTime: '1' }, 'SIGKILL'), false)
      assert.equal(await host.endProcess(opened.identity, 'SIGKILL'), true)
      assert.notEqual((await opened.ended).exitCode, 0)
      assert.equal(await host.processIdentity(opened.identity.pid), null)
      assert.equal(await host.endProcess(opened.identity, 'SIGTERM'), false)
    })

    test('sees processes with their words, directory and owner', async () => {
      const child = spawn('sleep', ['50.25'], { cwd: directory, argv0: 'sleeps a while' })
      try {
        const found = (await host.processes()).find(({ pid }) => pid === child.pid)
        const expected = (await localHost().processes()).find(({ pid }) => pid === child.pid)
        assert.deepEqual(found, expected)
        assert.deepEqual(found?.argv, ['sleeps a while', '50.25'])
        assert.equal(await host.isHiddenProcess(child.pid ?? 0), false)
      } finally {
        child.kill('SIGKILL')
      }
    })

    test('sees who listens, and is answered over HTTP', async () => {
      const web = createServer((request, response) => response.end(`${request.headers.host} ${request.url}`))
      await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve))
      const { port } = web.address() as AddressInfo
      try {
        const found = (await host.listeners()).find((one) => one.port === port)
        assert.deepEqual(found, { protocol: 'tcp', address: '127.0.0.1', port, pid: process.pid })
        const asked = { address: '127.0.0.1', port, tls: false, hostName: 'a.site', path: '/x' }
        assert.equal((await host.request(asked)).body, 'a.site /x')
      } finally {
        web.close()
      }
      await assert.rejects(
        host.request({ address: '127.0.0.1', port: 1, tls: false, hostName: 'a', path: '/' }),
        code('ECONNREFUSED'),
      )
    })

    test('knows how much room there is, also for what is not there yet', async () => {
      const [here, there] = [await localHost().freeBytes(directory), await host.freeBytes(at('absent'))]
      assert.ok(Math.abs(here - there) < 2e9)
      assert.ok((await host.freeInodes(directory)) > 0)
    })

    test('reads certificates and never a key', async () => {
      const pem = '-----BEGIN CERTIFICATE-----\nQUJD\n-----END CERTIFICATE-----\n'
      await writeFile(at('pem'), `-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n${pem}`)
      assert.equal(await host.readCertificates(at('pem')), pem.trimEnd())
      await assert.rejects(host.readCertificates(at('absent')), code('ENOENT'))
    })

    test('does many things at once', async () => {
      const names = Array.from({ length: 12 }, (_, index) => at(`many-${index}`))
      await Promise.all(names.map((name, index) => host.writeFile(name, String(index))))
      const read = await Promise.all(names.map((name) => host.readFile(name)))
      assert.deepEqual(
        read.map(String),
        names.map((_, index) => String(index)),
      )
    })
  })
}
