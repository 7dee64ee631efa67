import assert from 'node:assert/strict'
import { test } from 'node:test'
import { maskSample, sampleOf } from '../../../src/rewrite/mask-sample.ts'
import { rewriteText } from '../../../src/rewrite/rewrite-text.ts'

for (const [text, masked] of [
  ['https://old.cloud/app', 'https://old.cloud/app'],
  ['https://user:SECRET@old.cloud/x?token=SECRET', 'https://user:***@old.cloud/x?token=***'],
  ['https://user:SEC@RET@old.cloud/', 'https://user:***@old.cloud/'],
  ['https://ghp_SECRETSECRET@old.cloud/x', 'https://***@old.cloud/x'],
  ['ssh://git@old.cloud/x', 'ssh://git@old.cloud/x'],
  ['https://old.cloud/?a=SECRET&b=SECRET#top', 'https://old.cloud/?a=***&b=***#top'],
  ['<a href="https://old.cloud/?a=SECRET&amp;b=SECRET">x</a>', '<a href="https://old.cloud/?a=***&amp;b=***">x</a>'],
  ['"https:\\/\\/user:SECRET@old.cloud\\/?a=SECRET"', '"https:\\/\\/user:***@old.cloud\\/?a=***"'],
  [
    'https%3A%2F%2Fuser%3ASECRET%40old.cloud%2F%3Fa%3DSECRET%26b%3DSECRET',
    'https%3A%2F%2Fuser%3A***%40old.cloud%2F%3Fa%3D***%26b%3D***',
  ],
  ['{"api_secret": "SECRET", "url": "https://old.cloud"}', '{"api_secret": "***", "url": "https://old.cloud"}'],
  ['{\\"password\\":\\"SECRET\\",\\"u\\":1}', '{\\"password\\":\\"***\\",\\"u\\":1}'],
  ['Authorization: Bearer SECRETSECRET', 'Authorization: Bearer ***'],
  ['curl -u user:SECRET https://old.cloud/', 'curl -u user:*** https://old.cloud/'],
  ["curl --user='user:SECRET' https://old.cloud/", "curl --user='user:***' https://old.cloud/"],
  ['<input name="token" value="SECRET"> https://old.cloud', '<input name="token" value="***"> https://old.cloud'],
  ['https://old.cloud/x&#x3f;a&#61;SECRET', 'https://old.cloud/x&#x3f;a&#61;***'],
  ['The password is SECRET, at https://old.cloud', 'The password is ***, at https://old.cloud'],
  ['passwort: SECRET', 'passwort: ***'],
  ['https://old.cloud/x?SECRETTOKEN12', 'https://old.cloud/x?***'],
  ['https://old.cloud/x?wsdl, see', 'https://old.cloud/x?wsdl, see'],
  ['one\n\ttwo\u0000three', 'one two three'],
] as const) {
  test(`secrets are masked on one line: ${JSON.stringify(text)}`, () => {
    assert.equal(maskSample(text), masked.length > 80 ? `${masked.slice(0, 80)}…` : masked)
    assert.ok(!maskSample(text).includes('SECRET'))
  })
}

test('an occurrence is shown with 40 characters on both sides, before and after', () => {
  const value = `${'a'.repeat(50)} https://old.cloud/${'b'.repeat(50)}`
  const [occurrence] = rewriteText(value, [{ from: 'old.cloud', to: 'new.domain' }], {
    form: 'url',
    json: false,
  }).changed
  assert.ok(occurrence)
  assert.deepEqual(sampleOf(value, occurrence), {
    before: `…${'a'.repeat(31)} https://old.cloud/${'b'.repeat(39)}…`,
    after: `…${'a'.repeat(31)} https://new.domain/${'b'.repeat(39)}…`,
  })
  assert.equal(maskSample(value, occurrence), sampleOf(value, occurrence).before)
})

test('a second link beside the sample is shown as it becomes', () => {
  const value = 'See https://old.cloud/a and https://old.cloud/b'
  const { changed, value: rewritten } = rewriteText(value, [{ from: 'old.cloud', to: 'new.domain' }], {
    form: 'url',
    json: false,
  })
  const [first] = changed
  assert.ok(first)
  assert.deepEqual(sampleOf(value, first, rewritten), {
    before: 'See https://old.cloud/a and https://old.cloud/b',
    after: 'See https://new.domain/a and https://new.domain/b',
  })
})

test('a cut never separates a secret from what tells that it is one', () => {
  const rule = { from: 'old.cloud', to: 'new.domain', toUrl: { scheme: 'https' as const, port: null } }
  for (let length = 1; length < 3000; length += 37) {
    const secret = 'S3'.repeat(length)
    for (const value of [
      `https://user:${secret.slice(0, 500)}@old.cloud/`,
      `http://user:${secret.slice(0, 500)}@old.cloud/`,
      `https://x.example/?token=${secret}&next=https://old.cloud/`,
      `https://old.cloud/?token=${secret}`,
      `https://old.cloud/ https://user:${secret}@x.example/`,
      `https://old.cloud/ https://${secret}${'S3'.repeat(6)}@x.example/`,
      `{"api_key": "${secret}", "url": "https://old.cloud/"}`,
    ]) {
      const { changed, value: rewritten } = rewriteText(value, [rule], { form: 'url', json: false })
      const [occurrence] = changed
      assert.ok(occurrence, value)
      const sample = sampleOf(value, occurrence)
      assert.ok(
        !`${sample.before}${sample.after}${sampleOf(value, occurrence, rewritten).after}`.includes('S3'),
        `${sample.before} (${length})`,
      )
    }
  }
})
