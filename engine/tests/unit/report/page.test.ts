import assert from 'node:assert/strict'
import { test } from 'node:test'
import { renderPage } from '../../../src/report/page.ts'
import { check, plan, proof, Story } from './run-story.ts'

const evil = `<script>alert(1)</script><img src=x onerror='x' title="y">&amp;`

function evilPage(): string {
  const hostile = structuredClone(plan)
  hostile.site.oldName = evil
  hostile.preview.configuration = [{ file: evil, what: evil, before: evil, after: evil }]
  hostile.preview.skipped = [{ what: evil, values: 1, reason: evil }]
  for (const column of hostile.preview.rewrite) column.samples = [{ row: evil, before: evil, after: evil }]
  const report = new Story()
    .started()
    .failure('stop_services', 'move-jobs', evil, 'keep')
    .proven([check('http-proxy', 'failed', { title: evil, evidence: evil, remedy: evil })])
    .reverted('rewrite-rows', 1, [{ what: evil, left: evil, now: evil }])
    .state('attention')
    .report()
  report.outside = [{ system: evil, action: evil, because: evil }]
  report.next_steps = [evil]
  report.run.id = evil
  return renderPage(report, hostile)
}

test('nothing that was read can become markup', () => {
  const page = evilPage()
  assert.doesNotMatch(page, /<script|<img|onerror='/)
  assert.ok(page.includes('&lt;script&gt;alert(1)&lt;/script&gt;'))
  assert.ok(page.includes('&amp;amp;'), 'what was escaped already is shown as it was')
})

test('every element is closed, in the right order', () => {
  const story = new Story().started().changed().restarted().proven(proof).state('done')
  for (const page of [evilPage(), renderPage(story.report(), plan)]) {
    const open: string[] = []
    for (const [, closing, name = ''] of page.matchAll(/<(\/?)([a-z][a-z0-9]*)[^>]*>/g)) {
      if (['meta', 'input', 'br'].includes(name)) continue
      if (closing) assert.equal(open.pop(), name)
      else open.push(name)
    }
    assert.deepEqual(open, [])
  }
})

test('the page needs nothing from elsewhere', () => {
  const page = renderPage(new Story().started().state('attention').report(), plan)
  assert.doesNotMatch(page, /\b(?:src|href|action)=|url\(|@import|<script|<link/)
  assert.match(page, /prefers-color-scheme: dark/)
  assert.match(page, /<meta name="viewport"/)
})

test('the page says how it ended, what is left to tell, and how to take it back', () => {
  const story = new Story().started().changed().restarted().proven(proof).end('verify_migration').state('done')
  const done = renderPage(story.report(), plan)
  assert.match(done, /<strong>DNS\.<\/strong> Point new\.domain here\./)
  assert.ok(!done.includes('DNS: Point'), 'told once')
  assert.match(done, /<pre><code>frappe-migrator rollback --run r1<\/code><\/pre>/)
  assert.match(done, /https:\/\/<del>old\.cloud<\/del>\/a/)
  assert.match(done, /https:\/\/<ins>new\.domain<\/ins>\/a/)
  const back = renderPage(
    story.newProcess().state('rolling-back', 9).reverted('maintenance-on').state('rolled-back').report(),
    plan,
  )
  assert.match(back, /rolled back/)
  assert.doesNotMatch(back, /How to take it back|Still to tell/)
})
