import assert from 'node:assert/strict'
import { test } from 'node:test'
import { outsideSystems } from '../../../../src/rewrite/fields/outside-systems.ts'

const bare = {
  oldHost: 'old.cloud',
  newHost: 'new.domain',
  doctypesWithRows: new Set<string>(),
  hasTls: false,
  siteConfigKeys: [],
}
const systemsOf = (input: Partial<Parameters<typeof outsideSystems>[0]>) =>
  outsideSystems({ ...bare, ...input }).map((each) => each.system)

test('every site is told of DNS and of whatever calls it by name, nothing else', () => {
  assert.deepEqual(systemsOf({}), ['DNS', 'Monitoring and scripts'])
  const dns = outsideSystems(bare)[0]
  assert.match(dns?.action ?? '', /new\.domain.*old\.cloud/)
})

test('a redirect over https needs the old certificate', () => {
  assert.ok(systemsOf({ hasTls: true }).includes('Certificate of the old name'))
})

test('what is set up decides who else is told, and the list says why', () => {
  const told = outsideSystems({
    ...bare,
    doctypesWithRows: new Set([
      'Connected App',
      'Event Producer',
      'Stripe Settings',
      'Email Account',
      'Web Page',
      'User Passkey',
    ]),
    siteConfigKeys: ['db_name', 'allow_cors'],
  })
  assert.deepEqual(
    told.map((each) => each.system),
    [
      'DNS',
      'Sign-in providers (OAuth consoles)',
      'Payment gateways',
      'Event streaming peers',
      'Passkeys',
      'Mail records (SPF, DKIM, DMARC)',
      'Search console and sitemaps',
      'CORS',
      'Monitoring and scripts',
    ],
  )
  assert.equal(told.find((each) => each.system === 'Payment gateways')?.because, 'this site has Stripe Settings')
  assert.equal(told.find((each) => each.system === 'CORS')?.because, 'site configuration has allow_cors')
})
