import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { NginxRenameRequest } from '../../../../src/services/nginx/nginx-facts.ts'
import { planNginxRename } from '../../../../src/services/nginx/plan-rename.ts'
import { factsOf } from './memory-host.ts'

const CONF = '/etc/nginx/conf.d/bench.conf'
const gap = fc.constantFrom(' ', '\n\t', '  # old.cloud; {\n', '\r\n')
const name = fc.constantFrom(
  'old.cloud',
  '"old.cloud"',
  'OLD.cloud',
  'shop.old.cloud',
  'old.cloud.mx',
  'other.test',
  '*.cloud',
  '_',
)
const server = fc
  .tuple(fc.array(fc.tuple(gap, name), { minLength: 1, maxLength: 4 }), gap, fc.integer({ min: 1, max: 4 }))
  .map(
    ([names, space, port]) =>
      `server${space}{ listen ${port}; server_name${names.flat().join('')}${space}; root /b/sites;${space}}`,
  )
const config = fc.array(fc.tuple(server, gap), { minLength: 1, maxLength: 4 }).map((parts) => parts.flat().join(''))

const request = (from: string, to: string): NginxRenameRequest => ({
  hosts: [{ from, to }],
  directory: { from, to },
  sitesPath: '/b/sites',
  siteNames: [from],
  webPorts: [8000],
  certificate: null,
  redirect: null,
})

/** The words of server_name that are the old name alone, by a reading independent of the planner's: comments out, quotes off. */
const without = (text: string) => text.replace(/(?<=\s)("?)(old\.cloud|new\.domain)\1(?=[\s;])/gi, '$1HOST$1')

test('an edit changes the words of the old name and no other byte', async () => {
  await fc.assert(
    fc.asyncProperty(config, async (text) => {
      const { edits, problems } = planNginxRename(await factsOf({ [CONF]: text }), request('old.cloud', 'new.domain'))
      const once = !/server_name[^;]*?(old\.cloud"?)\s(.*\s)?"?old\.cloud"?[\s;]/is.test(text.replace(/#[^\n]*/g, ''))
      fc.pre(once)
      assert.deepEqual(problems, [])
      const after = edits[0]?.after ?? text
      const withComments = /#[^\n]*/g
      assert.deepEqual(after.match(withComments), text.match(withComments), 'comments stay')
      const bare = (value: string) => without(value.replace(withComments, ''))
      assert.equal(bare(after), bare(text))
      assert.doesNotMatch(after.replace(withComments, ''), /(?<=[\s"])old\.cloud(?=["\s;])/i)
    }),
    { numRuns: 150 },
  )
})
