import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { opensWith } from '../../../src/checks/fernet.ts'

/** Made by Python's `cryptography` 43.0.3 (`Fernet(key).encrypt_at_time`), which Frappe itself uses. */
const KEY = 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8='
const OTHER_KEY = 'AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA='
const TOKENS = {
  'an empty text':
    'gAAAAABpo4GAsYf34ipRBi2jW_fhILpGQCuVSuFrO8tJed-6h3iXKm2GD-tApCAheGJaJ70mbkadOQxi8SAZvR-kVSFefmza8g==',
  'one letter': 'gAAAAABpo4GABF6pKMl_OqwAtcjCrxDQdoJnorzjN3J7OxvrBST7Rswr87v9bIEmii_1NBTblAefv7EljMAgJMDvXEnBIoJ7bw==',
  'a whole block':
    'gAAAAABpo4GAeZJ0Ef6Gl6j9pdfvWITWv9qeDCoUuddjFTGenwWe5YKjqf9oy7CK8hNG1ajhg_SW3rDs2ppt5rMYQfYYkdhNDcT8uaP2ZDmeys0zWD2pPz8=',
  'beyond ASCII':
    'gAAAAABpo4GAFdTQ_DIiX5XIah7XiKhlyak4GEHt9u3X-bp8dONJX2931ILUrTnuym8eFpDm3kP0ZqpNrjmVI8NLw_cLU6-LNNdTM8ZwDe9o5yIIjrhJE4c=',
}

for (const [what, token] of Object.entries(TOKENS)) {
  test(`a token of Python's cryptography opens with its key and no other: ${what}`, () => {
    assert.equal(opensWith(token, KEY), true)
    assert.equal(opensWith(token, OTHER_KEY), false)
  })
}

test('a token with any byte changed or cut off does not open', () => {
  const token = Buffer.from(TOKENS['beyond ASCII'], 'base64url')
  fc.assert(
    fc.property(fc.nat(token.length - 1), fc.integer({ min: 1, max: 255 }), (at, difference) => {
      const changed = Buffer.from(token)
      changed.writeUInt8(changed.readUInt8(at) ^ difference, at)
      assert.equal(opensWith(changed.toString('base64url'), KEY), false)
      assert.equal(opensWith(token.subarray(0, at).toString('base64url'), KEY), false)
    }),
  )
})

test('a right signature over wrong padding does not open', () => {
  const unsigned = Buffer.concat([Buffer.from([0x80]), Buffer.alloc(8), Buffer.alloc(16, 7), Buffer.alloc(16, 9)])
  const signature = createHmac('sha256', Buffer.from(KEY, 'base64url').subarray(0, 16)).update(unsigned).digest()
  assert.equal(opensWith(Buffer.concat([unsigned, signature]).toString('base64url'), KEY), false)
})

test('what is no key or no token opens nothing, and throws nothing', () => {
  for (const key of ['', 'short', KEY.slice(0, -4)]) assert.equal(opensWith(TOKENS['one letter'], key), false)
  fc.assert(fc.property(fc.string(), fc.string(), (token, key) => opensWith(token, key) === false))
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 200 }),
      (bytes) => !opensWith(Buffer.from(bytes).toString('base64url'), KEY),
    ),
  )
})
