import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { test } from 'node:test'
import { noOtherPlace } from '../../../src/bench/place.ts'
import type { CheckContext } from '../../../src/checks/check.ts'
import { realtime } from '../../../src/checks/realtime.ts'
import { localHost } from '../../../src/host/local/index.ts'

const context: CheckContext = {
  ...{ host: localHost(), benchPath: '/nowhere', siteDirectory: '/nowhere', vault: null },
  ...{ afterOf: () => undefined, baseline: () => undefined, signal: new AbortController().signal },
  database: () => Promise.reject(new Error('not asked')),
  place: noOtherPlace,
}

/** What engine.io answers to the first request of a client. */
const OPENED = '0{"sid":"lv_VI97HAXpY6yYWAAAC","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":5000}'
const REFUSED = '{"code":5,"message":"Unsupported protocol version"}'

for (const { what, status, body, verdict } of [
  { what: 'an opened session passes', status: 200, body: OPENED, verdict: 'passed' },
  { what: 'a server of another version that says so passes', status: 400, body: REFUSED, verdict: 'passed' },
  { what: "Frappe's own page in its place fails", status: 200, body: '<html></html>', verdict: 'failed' },
  { what: 'a proxy without the server fails', status: 502, body: 'Bad Gateway', verdict: 'failed' },
])
  test(`realtime: ${what}`, async (t) => {
    const asked: string[] = []
    const server = createServer((request, response) => {
      asked.push(`${request.headers.host} ${request.url}`)
      response.writeHead(status).end(body)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    t.after(() => server.close())
    const address = server.address()
    assert.ok(address !== null && typeof address === 'object')
    const params = { hostName: 'old.cloud', door: null, port: address.port, listening: true, benchRuns: true }
    assert.equal((await realtime.run(context, params)).status, verdict)
    assert.deepEqual(asked, ['old.cloud /socket.io/?EIO=4&transport=polling'])
  })

test('realtime: nobody listening is to be looked at, and nothing where the bench does not run', async () => {
  const params = { hostName: 'old.cloud', door: null, port: 1, listening: false }
  assert.equal((await realtime.run(context, { ...params, benchRuns: true })).status, 'warning')
  assert.equal((await realtime.run(context, { ...params, benchRuns: false })).status, 'not-applicable')
})
