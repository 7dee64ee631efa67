import assert from 'node:assert/strict'
import { test } from 'node:test'
import { resolveNames } from '../../../src/workflows/rename-domain/names.ts'
import { planNginx } from '../../../src/workflows/rename-domain/plan-nginx.ts'
import { factsOf as nginxOf } from '../services/nginx/memory-host.ts'
import { factsOf, nameOf, requestOf, siteOf } from './facts.ts'

for (const [also, from] of [
  [[], null],
  [['erp.old.com'], 'erp.old.com'],
] as const) {
  test(`nobody is redirected from localhost${also.length > 0 ? `, but from ${also}` : ''}`, async () => {
    const text = `http { server { listen 80; server_name localhost erp.old.com; root /home/frappe/frappe-bench/sites; }
server { listen 8081; server_name localhost; location /status { stub_status; } } }
`
    const names = [nameOf('localhost', 'nginx'), nameOf('erp.old.com', 'nginx')]
    const facts = factsOf([siteOf('localhost', { names })], { nginx: await nginxOf({ '/etc/nginx/nginx.conf': text }) })
    const wanted = requestOf('localhost', 'new.domain', { alsoRewrite: [...also] })
    const planned = planNginx(facts, resolveNames(facts, wanted), wanted, null, new Date())
    assert.equal(planned?.request.redirect?.from ?? null, from)
    const edits = (planned?.plan.changes ?? []).filter(({ what }) => what === 'server_name').map(({ line }) => line)
    assert.deepEqual([...new Set(edits)], [1])
  })
}
