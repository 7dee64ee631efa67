import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseHostsFile } from '../../../src/services/hosts-file.ts'
import { maskUrlUserinfo, pingRedis } from '../../../src/services/redis.ts'
import { mentionsPath } from '../../../src/services/text-file.ts'

test('a hosts file gives its entries with their lines; comments and empty lines count for nothing', () => {
  const text =
    '# local\n127.0.0.1\tlocalhost\r\n\n127.0.0.1 Old.Cloud www.old.cloud # ours\n#127.0.0.1 gone.cloud\n::1\n'
  const entries = parseHostsFile('/etc/hosts', text)
  assert.deepEqual(
    entries.map(({ line, address, names }) => [line, address, names]),
    [
      [2, '127.0.0.1', ['localhost']],
      [4, '127.0.0.1', ['old.cloud', 'www.old.cloud']],
    ],
  )
  assert.equal(entries[1]?.text, '127.0.0.1 Old.Cloud www.old.cloud # ours')
})

test('a path is named only as a whole', () => {
  assert.equal(mentionsPath('directory=/home/f/bench/sites', '/home/f/bench'), true)
  assert.equal(mentionsPath('directory=/home/f/bench', '/home/f/bench'), true)
  assert.equal(mentionsPath('cd /home/f/bench && bench backup', '/home/f/bench'), true)
  assert.equal(mentionsPath('directory=/home/f/bench2/sites', '/home/f/bench'), false)
  assert.equal(mentionsPath('directory=/home/f/bench-old', '/home/f/bench'), false)
  assert.equal(mentionsPath('directory=/mnt/home/f/bench', '/home/f/bench'), false)
  assert.equal(mentionsPath('/home/f/bench2 /home/f/bench/env', '/home/f/bench'), true)
})

test('user and password in a URL are masked, the rest stays', () => {
  assert.equal(maskUrlUserinfo('redis://:hunter2@h:1/0'), 'redis://***@h:1/0')
  assert.equal(maskUrlUserinfo('redis://u:p@ss@h:1'), 'redis://***@h:1')
  assert.equal(maskUrlUserinfo('redis://127.0.0.1:13000'), 'redis://127.0.0.1:13000')
  assert.equal(maskUrlUserinfo('http://h/a@b'), 'http://h/a@b')
})

test('a Redis that is not there, and a URL that is none, are answers and not exceptions', async () => {
  for (const url of ['redis://127.0.0.1:1', '127.0.0.1:1', 'not a url at all', 'unix:///nowhere.sock']) {
    const answer = await pingRedis(url, 300)
    assert.equal(answer.reachable, false, url)
    assert.notEqual(answer.problem, null, url)
  }
  assert.doesNotMatch((await pingRedis('redis://:hunter2@127.0.0.1:1', 300)).problem ?? '', /hunter2/)
})
