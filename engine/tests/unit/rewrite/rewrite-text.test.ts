// biome-ignore-all lint/suspicious/noTemplateCurlyInString: values as they stand in JavaScript templates
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { HostRule, ValueForm } from '../../../src/rewrite/host-rule.ts'
import { rewriteText } from '../../../src/rewrite/rewrite-text.ts'

const RULE: HostRule = { from: 'old.cloud', to: 'new.domain' }

function rewritten(value: string, form: ValueForm = 'url', rules = [RULE]): string {
  return rewriteText(value, rules, { form, json: false }).value
}

/** Every line: a value with the host inside a URL; `§` stands for the host. */
const LINKS = [
  'https://§',
  'http://§/',
  '//§/x',
  'https://§:8000/x',
  'https://§?a=1',
  'https://§#top',
  'https://§./x',
  'See https://§.',
  'See https://§. Then go on',
  'See https://§, or https://§; or (https://§) or [https://§]',
  'really https://§!',
  'https://§...',
  'https://§: is down',
  'https://§:${port}/x',
  'https://§${path}',
  'https://§{{ route }}',
  'https://§&x=1',
  'https://§|x',
  'HTTPS://§/X',
  'wss://§/socket.io',
  'ftp://§/pub',
  'git+https://§/repository.git',
  'ssh://git@§/repository.git',
  '{{ scheme }}://§/x',
  'https:///§/x',
  'https://user:pw@§/x',
  'https://user@§/x',
  'https://user:p%2Fw@§/x',
  'https://user:p%40w@§:8000/x',
  'https://user@mail.example:pw@§/x',
  'https://{{ user }}:{{ pw }}@§/',
  'https://{{ user }}@§/x',
  '//user:pw@§/x',
  'https://§:8000{{ route }}',
  'https://§:8000${path}',
  'https://§:8000%s',
  '**https://§:8000**',
  'https://§:8000-->',
  '_https://§:8000_',
  // JSON and JavaScript strings
  'https:\\/\\/§\\/x',
  'https:\\\\/\\\\/§\\\\/x',
  'https:\\\\\\/\\\\\\/§\\\\\\/x',
  'https:\\u002f\\u002f§\\u002fx',
  'https\\u003a\\u002F\\u002F§\\u0022',
  'https:\\x2f\\x2f§\\x2fx',
  '{\\"a\\": \\"https://§\\"}',
  'line\\nhttps://§\\nline',
  'line\\n//§\\nline',
  // percent-encoded
  'https%3A%2F%2F§%2Fx',
  'https%3a%2f%2f§%2fx',
  'https%253A%252F%252F§%252Fx',
  'https%25253A%25252F%25252F§%25252Fx',
  'https%3A%2F%2F§%3A8000%2Fx',
  'https://foreign.example/?next=https%3A%2F%2F§%2Fapp&mail=me@foreign.example',
  'https://foreign.example/?next=%2F%2F§%2Fapp',
  '?next=https%3A%2F%2F§%2Fpeople%2Fme%40foreign.example',
  'https%3A%2F%2Fuser%3Apw%40§%2Fx',
  'https%3A%2F%2Fuser%3Ap%252Fw%40§%2Fx',
  'https%3A//§%3A8000/x',
  'https%3A//user%3Apw%40§/x',
  'https://§%20and',
  'https://§%C2%A0and',
  // HTML references
  'https:&#x2F;&#x2F;§&#x2F;x',
  'https:&#47;&#047;§&#47;x',
  'https&colon;&sol;&sol;§&sol;x',
  'https&#58;&#X2f;/§/x',
  'https:&amp;#x2F;&amp;#x2F;§',
  '&quot;https://§&quot;',
  '&lt;a href=&quot;//§/x&quot;&gt;',
  'https://§&nbsp;and',
  'https://§&amp;x=1',
  // mixes
  'https:\\/&#x2F;§%2F',
  '\\u0026quot;https://§\\u0026quot;',
  'https%3A\\/\\/§\\/',
  // where links live
  '<a href="https://§">§x</a>'.replace('§x', 'x'),
  "<img srcset='https://§/a.png 1x, //§/b.png 2x,https://§/c.png 3x'>",
  'background:url(//§/x.png)',
  "background: url( '//§/x.png' )",
  '@import "//§/x.css";',
  '{{ "https://§" }}/x',
  '{% if a %}https://§{% endif %}',
  'const url = `https://§/${name}`',
  'fetch("//§:8000/x")//§/x',
  '# [me](https://§/) ![i](https://§/i.png) <https://§>',
  '**https://§** _https://§_',
  '_https://§_ is new',
  '__https://§__ and more, _https://§_. Then: _https://§_: _https://§_)',
  '<!--https://§-->',
  '//§ is where it was',
  'call() //§/x, see http://§:8000/y',
  'https://web.example/save/https://§/x',
  'view-source:https://§/',
  '日本語https://§/ 。https://§。',
  'origin["x"]="https://§"',
]

for (const template of LINKS) {
  test(`a link is rewritten: ${template}`, () => {
    const value = template.replaceAll('§', 'old.cloud')
    const result = rewriteText(value, [RULE], { form: 'url', json: false })
    assert.equal(result.value, template.replaceAll('§', 'new.domain'))
    assert.equal(result.changed.length, template.split('§').length - 1)
    assert.deepEqual(result.bare, [])
  })
}

/** Values that name something else: never changed and not even offered. */
const LOOK_ALIKES = [
  'https://shop.old.cloud/',
  'https://xold.cloud/',
  'https://x-old.cloud/',
  'https://_old.cloud/',
  'https://old.cloud.mx/',
  'https://old.cloudy/',
  'https://old.cloud-x/',
  'https://old.cloud--x/',
  'https://old.cloud_x/',
  'https://old.cloud_.mx/',
  'old.cloud_',
  'https://old.cloud-{{ region }}/',
  'https://old.cloud.{{ tld }}/',
  'https://old.cloud.${tld}/',
  'https://old.cloud2/',
  'https://old.cloudé/',
  'https://old.cloud%C3%A9/',
  'https://old.cloud%FF/',
  'https://%FFold.cloud/',
  'https://old.cloud\\u00e9/',
  'https://old.cloud&eacute;/',
  'https://old.cloud。mx/',
  'https://日本old.cloud/',
  'https://old.cloud%2Emx/',
  'https://old.cloud%252emx/',
  'https://old.cloud&#46;mx/',
  'https://old.cloud&period;mx',
  'https%3A%2F%2Fshop%2Eold.cloud%2F',
  '%41old.cloud',
  'shop.old.cloud old.cloud.mx old.cloudy x-old.cloud old.cloud-x old_cloud.old.cloud',
  'old-cloud oldXcloud old.clou',
  // e-mail addresses
  'sales@old.cloud',
  'mailto:sales@old.cloud',
  'mailto://sales@old.cloud',
  'mailto:sales%40old.cloud?subject=x',
  'sales%2540old.cloud',
  'sales&#64;old.cloud',
  'sales&commat;old.cloud',
  'sales\\u0040old.cloud',
  '//sales@old.cloud is the address',
  'https://foreign.example/?mail=sales@old.cloud',
  'https://foreign.example/unsubscribe/sales@old.cloud',
  'https://foreign.example/?mail=sales%40old.cloud',
  'https://foreign.example/?a=1&mail=sales@old.cloud',
  'https://foreign.example,sales@old.cloud',
  '"https://foreign.example","sales@old.cloud"',
  'Sales <sales@old.cloud>',
  // another host's URL
  'https://old.cloud:pw@evil.example/',
  'https://old.cloud:8000@evil.example/',
  'https://old.cloud@evil.example/',
  'https://old.cloud%2F@evil.example/',
  'https%3A%2F%2Fold.cloud%3Apw%40evil.example%2F',
  'https%3A//old.cloud%3Apw%40evil.example/',
  'https://foreign.example%40old.cloud/',
  'https://old.cloud:8000$x@evil.example/',
  'https://old.cloud_.mx/ https://old.cloud_:x',
]

for (const value of LOOK_ALIKES) {
  for (const form of ['url', 'host', 'file-url'] as const) {
    test(`a look-alike stays as ${form}: ${value}`, () => {
      assert.deepEqual(rewriteText(value, [RULE], { form, json: false }), { value, changed: [], bare: [] })
    })
  }
}

/** The host alone: offered, and rewritten in a field whose purpose is a host. */
const BARE = [
  '§',
  '§:8000',
  '§. The end',
  '§.',
  '§,§ §\n§',
  '"https://" + "§"',
  'https://foreign.example/?site=§',
  'https://foreign.example/?site=§&mail=me@foreign.example',
  'https://foreign.example/§/x',
  'https://foreign.example//§/x',
  'file:///§/x',
  '///§/x',
  '/home/frappe/frappe-bench/sites/§/private',
  '%20§%20',
  'site%3D§',
  '\\n§\\n',
  '{"site": "a\\n§"}',
  'a\\t§\\r',
  '\\"§\\"',
  'a\\\\n§',
  '&quot;§&quot;',
  'a&nbsp;§&nbsp;b',
  '<p>§</p>',
  'site:§',
  '*.example,§',
  '(§)',
  '{% if a %}§{% endif %}',
]

for (const template of BARE) {
  test(`a host standing alone is offered, and rewritten where hosts belong: ${template}`, () => {
    const value = template.replaceAll('§', 'old.cloud')
    const count = template.split('§').length - 1
    const offered = rewriteText(value, [RULE], { form: 'url', json: false })
    assert.equal(offered.value, value)
    assert.deepEqual(offered.changed, [])
    assert.equal(offered.bare.length, count)
    const whole = rewriteText(value, [RULE], { form: 'host', json: false })
    assert.equal(whole.value, template.replaceAll('§', 'new.domain'))
    assert.equal(whole.changed.length, count)
    assert.deepEqual(whole.bare, [])
  })
}

test('an escape letter before the host is not part of its name, and no name begins inside an escape', () => {
  const rules: HostRule[] = [{ from: 'nold.cloud', to: 'new.domain' }, RULE]
  assert.equal(rewritten('["a\\nold.cloud"]', 'host', rules), '["a\\nnew.domain"]')
  assert.equal(rewritten('https:\\/\\/nold.cloud\\/', 'url', rules), 'https:\\/\\/new.domain\\/')
  assert.equal(
    rewritten(`${'\\'.repeat(40)}nold.cloud`, 'host', [{ from: 'nold.cloud', to: 'new.domain' }]).includes('new'),
    false,
  )
  assert.equal(rewritten('x%2Fa.cloud', 'host', [{ from: 'fa.cloud', to: 'new.domain' }]), 'x%2Fa.cloud')
  assert.equal(rewritten('//fa.cloud', 'host', [{ from: 'fa.cloud', to: 'new.domain' }]), '//new.domain')
})

test('what may be the host or a part of credentials is told, and nowhere changed', () => {
  for (const value of [
    'https://key:a&b(c)@old.cloud/api',
    'https://user:p,w;x@old.cloud/',
    'https://old.cloud;x@evil.example/',
    'https://old.cloud!x@evil.example/',
    '//note:me@old.cloud',
    'https:&#47&#47old.cloud',
    'https&#x3A&#x2f&#x2Fold.cloud&#47x',
  ]) {
    for (const form of ['url', 'host'] as const) {
      const result = rewriteText(value, [RULE], { form, json: false })
      assert.deepEqual([result.value, result.changed.length, result.bare.length], [value, 0, 1], value)
    }
  }
})

test('a name with escaped dots is told, and nowhere changed', () => {
  for (const value of [
    '^https://old\\.cloud/(.*)$',
    '"^old\\\\.cloud$"',
    'https%3A%2F%2Fold%2Ecloud%2F',
    '/old\\.cloud/i',
  ]) {
    for (const form of ['url', 'host'] as const) {
      const result = rewriteText(value, [RULE], { form, json: false })
      assert.deepEqual([result.value, result.changed.length, result.bare.length], [value, 0, 1], value)
      assert.equal(result.bare[0]?.doubtful, true)
    }
  }
  assert.deepEqual(rewriteText('shop\\.old\\.cloud', [RULE], { form: 'url', json: false }).bare, [])
})

test('a computed path behind a port keeps the port that --url does not name', () => {
  assert.equal(rewritten('http://old.cloud:8000{{ x }}', 'url', [TO_HTTPS]), 'https://new.domain{{ x }}')
})

test('a host behind a lone backslash or percent sign is only offered: its first letter could complete an escape', () => {
  for (const value of ['C:\\sites\\old.cloud\\private', "name LIKE '%old.cloud%'"]) {
    const result = rewriteText(value, [RULE], { form: 'host', json: false })
    assert.equal(result.value, value)
    assert.equal(result.bare.length, 1)
  }
})

test('capitals in the old name are found and the new name is written small', () => {
  assert.equal(rewritten('HTTPS://OLD.CLOUD/A http://Old.Cloud/b'), 'HTTPS://new.domain/A http://new.domain/b')
})

test('an occurrence tells its place and its bytes before and after', () => {
  assert.deepEqual(rewriteText('see https://old.cloud/x old.cloud', [RULE], { form: 'url', json: false }), {
    value: 'see https://new.domain/x old.cloud',
    changed: [{ start: 12, end: 21, before: 'old.cloud', after: 'new.domain' }],
    bare: [{ start: 24, end: 33, before: 'old.cloud', after: 'new.domain' }],
  })
})

const INTERNATIONAL: HostRule = { from: 'xn--bcher-kva.example', to: 'new.domain' }

for (const host of [
  'xn--bcher-kva.example',
  'XN--BCHER-KVA.example',
  'bücher.example',
  'BÜCHER.EXAMPLE',
  'bu\u0308cher.example',
  'b\\u00fccher.example',
  'b\\u00FCcher.example',
  'b\\\\u00dccher.example',
  'b\\xfccher.example',
  'b%C3%BCcher.example',
  'b%c3%bccher.example',
  'b%25C3%25BCcher.example',
  'b&uuml;cher.example',
  'b&#252;cher.example',
  'b&amp;#xFC;cher.example',
]) {
  test(`an internationalised name is found as ${host}`, () => {
    assert.equal(rewritten(`https://${host}/x`, 'url', [INTERNATIONAL]), 'https://new.domain/x')
    assert.equal(rewritten(`https://shop.${host}/x`, 'url', [INTERNATIONAL]), `https://shop.${host}/x`)
    assert.equal(rewritten(`https://${host}.mx`, 'url', [INTERNATIONAL]), `https://${host}.mx`)
  })
}

test('an internationalised target is written in ASCII in every escaping', () => {
  const rules = [{ from: 'old.cloud', to: 'xn--bcher-kva.example' }]
  assert.equal(rewritten('https%3A%2F%2Fold.cloud', 'url', rules), 'https%3A%2F%2Fxn--bcher-kva.example')
})

const TO_HTTPS: HostRule = { ...RULE, toUrl: { scheme: 'https', port: null } }
const TO_HTTP_PORT: HostRule = { ...RULE, toUrl: { scheme: 'http', port: 9000 } }

for (const [rule, value, expected] of [
  [TO_HTTPS, 'http://old.cloud:8000/x', 'https://new.domain/x'],
  [TO_HTTPS, 'HTTP://old.cloud/x', 'HTTPS://new.domain/x'],
  [TO_HTTPS, 'https://old.cloud/x', 'https://new.domain/x'],
  [TO_HTTPS, '//old.cloud:8000/x', '//new.domain/x'],
  [TO_HTTPS, 'http:\\/\\/old.cloud:8000\\/x', 'https:\\/\\/new.domain\\/x'],
  [TO_HTTPS, 'http%3A%2F%2Fold.cloud%3A8000%2Fx', 'https%3A%2F%2Fnew.domain%2Fx'],
  [TO_HTTPS, 'http://old.cloud.:8000/x', 'https://new.domain./x'],
  [TO_HTTPS, 'http://user:pw@old.cloud/x', 'https://user:pw@new.domain/x'],
  [TO_HTTPS, 'see.http://old.cloud:80. End', 'see.https://new.domain. End'],
  [TO_HTTPS, 'ws://old.cloud:9000/x', 'ws://new.domain:9000/x'],
  [TO_HTTPS, 'git+http://old.cloud:3000/x', 'git+http://new.domain:3000/x'],
  [TO_HTTPS, 'http://old.cloud:${port}/x', 'https://new.domain:${port}/x'],
  [TO_HTTPS, '\\nhttp://old.cloud\\n', '\\nhttps://new.domain\\n'],
  [TO_HTTPS, '\\thttp://old.cloud:8000\\t', '\\thttps://new.domain\\t'],
  [TO_HTTPS, 'http://old.cloud:80000/x', 'https://new.domain:80000/x'],
  [TO_HTTPS, '{{ scheme }}://old.cloud:8000/x', '{{ scheme }}://new.domain/x'],
  [TO_HTTPS, 'h&#116;tp://old.cloud/x', 'h&#116;tp://new.domain/x'],
  [TO_HTTP_PORT, 'https://old.cloud/x', 'http://new.domain:9000/x'],
  [TO_HTTP_PORT, 'https://old.cloud:8000/x', 'http://new.domain:9000/x'],
  [TO_HTTP_PORT, 'http://old.cloud:9000/x', 'http://new.domain:9000/x'],
  [TO_HTTP_PORT, '//old.cloud/x', '//new.domain:9000/x'],
  [TO_HTTP_PORT, 'https://old.cloud./x', 'http://new.domain.:9000/x'],
  [TO_HTTP_PORT, 'See https://old.cloud.', 'See http://new.domain:9000.'],
  [TO_HTTP_PORT, 'See https://old.cloud: down', 'See http://new.domain:9000: down'],
  [TO_HTTP_PORT, '"https://old.cloud:" + port', '"http://new.domain:" + port'],
  [TO_HTTP_PORT, 'https%3A%2F%2Fold.cloud%2Fx', 'http%3A%2F%2Fnew.domain%3A9000%2Fx'],
  [TO_HTTP_PORT, 'https%253A%252F%252Fold.cloud', 'http%253A%252F%252Fnew.domain%253A9000'],
  [TO_HTTP_PORT, '%252f%252fold.cloud', '%252f%252fnew.domain%253a9000'],
  [TO_HTTP_PORT, 'https&colon;&sol;&sol;old.cloud', 'http&colon;&sol;&sol;new.domain&colon;9000'],
  [TO_HTTP_PORT, 'https:\\/\\/old.cloud\\/', 'http:\\/\\/new.domain:9000\\/'],
  [TO_HTTP_PORT, 'https%3A%2F%2Fold.cloud%3A8000', 'http%3A%2F%2Fnew.domain%3A9000'],
] as const) {
  test(`--url sets scheme and port in the place's own spelling: ${value} with port ${rule.toUrl?.port}`, () => {
    assert.equal(rewritten(value, 'url', [rule]), expected)
  })
}

test('a name with a port is only that port, whatever else has the address', () => {
  const rules: HostRule[] = [{ from: '10.0.0.5', fromPort: 8000, to: 'new.domain' }]
  assert.equal(
    rewritten('http://10.0.0.5:8000/a http://10.0.0.5/b http://10.0.0.5:80/c http://10.0.0.5:80000/d', 'url', rules),
    'http://new.domain:8000/a http://10.0.0.5/b http://10.0.0.5:80/c http://10.0.0.5:80000/d',
  )
  assert.equal(rewritten('http%3A%2F%2F10.0.0.5%3A8000', 'url', rules), 'http%3A%2F%2Fnew.domain%3A8000')
  assert.equal(rewritten('10.0.0.5:8000 10.0.0.5', 'host', rules), 'new.domain:8000 10.0.0.5')
  assert.equal(
    rewritten('http://110.0.0.5:8000 http://10.0.0.5.1:8000 http://10.0.0.51:8000', 'url', rules).includes('new'),
    false,
  )
})

test('several names are rewritten in one pass, each place once', () => {
  const rules: HostRule[] = [
    RULE,
    { from: 'www.old.cloud', to: 'www.new.domain' },
    { from: 'old.cloud', fromPort: 8000, to: 'direct.domain' },
    { from: 'new.domain', to: 'old.cloud' },
  ]
  assert.equal(
    rewritten(
      'https://www.old.cloud https://old.cloud http://old.cloud:8000 https://new.domain https://x.www.old.cloud',
      'url',
      rules,
    ),
    'https://www.new.domain https://new.domain http://direct.domain:8000 https://old.cloud https://x.www.old.cloud',
  )
})

test('one of the names may be the beginning of another', () => {
  const rules: HostRule[] = [RULE, { from: 'old.cloud.mx', to: 'new.mx' }]
  assert.equal(
    rewritten('https://old.cloud.mx https://old.cloud https://old.cloud.mxx', 'url', rules),
    'https://new.mx https://new.domain https://old.cloud.mxx',
  )
})

test('an occurrence that would stay as it is is none, and covers no more than what changes', () => {
  const same = rewriteText('https://old.cloud', [{ from: 'old.cloud', to: 'old.cloud' }], { form: 'host', json: false })
  assert.deepEqual(same, { value: 'https://old.cloud', changed: [], bare: [] })
  const port = rewriteText('http://old.cloud:9000/x', [TO_HTTP_PORT], { form: 'url', json: false })
  assert.deepEqual(port.changed, [{ start: 7, end: 16, before: 'old.cloud', after: 'new.domain' }])
})

test('a name in the credentials and the host behind them are both rewritten', () => {
  assert.equal(rewritten('http://a:old.cloud+x@old.cloud/', 'host', [TO_HTTPS]), 'http://a:new.domain+x@new.domain/')
})

test('without rules nothing is found', () => {
  assert.deepEqual(rewriteText('https://old.cloud', [], { form: 'host', json: false }).changed, [])
})

for (const [value, expected] of [
  ['https://old.cloud/files/a.png', '/files/a.png'],
  ['http://old.cloud:8000/private/files/a b.pdf?fid=1', '/private/files/a b.pdf?fid=1'],
  ['//old.cloud/files/a.png', '/files/a.png'],
  ['HTTPS://OLD.CLOUD./files/a.png', '/files/a.png'],
  ['  https://old.cloud/files/a.png\n', '  /files/a.png\n'],
  ['https://old.cloud/files/a.png?next=https://old.cloud/x', '/files/a.png?next=https://new.domain/x'],
  ['https://old.cloud/assets/a.png', 'https://new.domain/assets/a.png'],
  ['https://old.cloud/app/files/a.png', 'https://new.domain/app/files/a.png'],
  ['https://old.cloud/files/', 'https://new.domain/files/'],
  ['https://user:pw@old.cloud/files/a.png', 'https://user:pw@new.domain/files/a.png'],
  ['ftp://old.cloud/files/a.png', 'ftp://new.domain/files/a.png'],
  ['see https://old.cloud/files/a.png', 'see https://new.domain/files/a.png'],
  [
    'https://old.cloud/files/a.png\nhttps://old.cloud/files/b.png',
    'https://new.domain/files/a.png\nhttps://new.domain/files/b.png',
  ],
  [
    'https://foreign.example/files/?u=https://old.cloud/files/a.png',
    'https://foreign.example/files/?u=https://new.domain/files/a.png',
  ],
  ['https://shop.old.cloud/files/a.png', 'https://shop.old.cloud/files/a.png'],
  ['https://old.cloud.mx/files/a.png', 'https://old.cloud.mx/files/a.png'],
  ['old.cloud/files/a.png', 'old.cloud/files/a.png'],
] as const) {
  test(`an own file's address becomes its path: ${JSON.stringify(value)}`, () => {
    assert.equal(rewritten(value, 'file-url'), expected)
  })
}

test('the address of a file of another host keeps every byte, one of our own follows with its query', () => {
  const foreign = 'https://bucket.example/a.png?Referer=https://old.cloud/&Signature=abc&host=old.cloud'
  assert.deepEqual(rewriteText(foreign, [RULE], { form: 'own-file', json: false }), {
    value: foreign,
    changed: [],
    bare: [],
  })
  assert.equal(
    rewritten('https://old.cloud/files/a.png?u=https://old.cloud/x', 'own-file'),
    '/files/a.png?u=https://new.domain/x',
  )
  assert.equal(
    rewritten('https://u:p@old.cloud/a?u=//old.cloud', 'own-file'),
    'https://u:p@new.domain/a?u=//new.domain',
  )
  assert.equal(rewritten('/files/a.png?u=https://old.cloud/x', 'own-file'), '/files/a.png?u=https://new.domain/x')
})

test('JSON keeps big integers, duplicate keys, key order and escapes', () => {
  const value = '{ "b":12345678901234567890, "a":1.0e5, "b":"https:\\/\\/old.cloud\\/x", "a":"\\u00e9 //old.cloud" }'
  const result = rewriteText(value, [RULE], { form: 'url', json: true })
  assert.equal(result.value, value.replaceAll('old.cloud', 'new.domain'))
  assert.equal(result.refused, undefined)
})

test('JSON that would stop parsing is left alone as a whole and says so', () => {
  const rules = [{ from: 'old.cloud', to: 'new".domain' }]
  const value = '{"a": "https://old.cloud"}'
  assert.deepEqual(rewriteText(value, rules, { form: 'url', json: true }), {
    value,
    changed: [],
    bare: [],
    refused: 'the JSON would no longer parse',
  })
  assert.equal(rewriteText(`{${value}`, rules, { form: 'url', json: true }).refused, undefined)
})

test('credentials longer than the first look are still recognised on both sides', () => {
  const password = 'p'.repeat(400)
  assert.equal(rewritten(`https://user:${password}@old.cloud/`), `https://user:${password}@new.domain/`)
  const foreign = `https://old.cloud:${password}@evil.example/`
  assert.equal(rewritten(foreign), foreign)
  const address = `${'x'.repeat(400)}@old.cloud`
  assert.equal(rewritten(address, 'host'), address)
})

test('an escape torn by the edge of the first look does not mislead', () => {
  for (let length = 10; length < 170; length++) {
    const filler = 'a'.repeat(length)
    assert.equal(rewritten(`https://${filler}%40old.cloud"${filler}`).includes('old.cloud'), true)
    assert.equal(rewritten(`\\"${'\\'.repeat(2 * length)}"https:\\\\/\\\\/old.cloud`).includes('new.domain'), true)
    assert.equal(rewritten(`https&#x3A;&#x2F;&#x2F;${filler}:b%2Fc@old.cloud%2F${filler}`).includes('new.domain'), true)
  }
})

/** CPU seconds of this process, least of three: other programs on the machine must not decide. */
function cpuSeconds(work: () => void): number {
  const once = () => {
    const began = process.cpuUsage()
    work()
    const { user, system } = process.cpuUsage(began)
    return (user + system) / 1e6
  }
  return Math.min(once(), once(), once())
}

/** Work on four times the text may cost four times as much, with room for the collector; work on every pair would cost sixteen times. */
function assertLinear(name: string, make: (size: number) => string, size: number): void {
  const cost = (text: string) => cpuSeconds(() => rewriteText(text, [RULE], { form: 'url', json: false }))
  const [small, large] = [cost(make(size)), cost(make(size * 4))]
  assert.ok(
    large < Math.max(small, 0.005) * 9,
    `${name}: ${small.toFixed(3)} s, four times the text ${large.toFixed(3)} s`,
  )
}

const LINE = `${'lorem ipsum dolor sit amet '.repeat(60)}https://old.cloud/x shop.old.cloud me@old.cloud\n`

test('64 MB with many occurrences: each is found once', () => {
  const count = Math.ceil((64 << 20) / LINE.length)
  assert.equal(rewriteText(LINE.repeat(count), [RULE], { form: 'url', json: false }).changed.length, count)
})

test('time grows with the text, also with text made to be slow', () => {
  assertLinear('ordinary text', (size) => LINE.repeat(size), 2_000)
  assertLinear('hosts that are users', (size) => 'old.cloud@'.repeat(size), 20_000)
  assertLinear('users of hosts', (size) => '@old.cloud'.repeat(size), 20_000)
  assertLinear('encoded users of hosts', (size) => '@old.cloud%25'.repeat(size), 5_000)
  assertLinear('ports without digits', (size) => 'old.cloud:'.repeat(size), 20_000)
  assertLinear('slashes', (size) => '/'.repeat(size), 500_000)
  assertLinear('escapes before a host', (size) => `${'\\'.repeat(size)}old.cloud`, 250_000)
  assertLinear('hosts cut short', (size) => 'old.clou'.repeat(size), 50_000)
  for (const value of ['old.cloud@', '@old.cloud', 'old.cloud:', 'old.clou', '/'])
    assert.equal(rewritten(value.repeat(1000)), value.repeat(1000))
})
