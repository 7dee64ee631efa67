import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { NginxEditPlan, NginxRenameRequest } from '../../../../src/services/nginx/nginx-facts.ts'
import { planNginxRename } from '../../../../src/services/nginx/plan-rename.ts'
import { benchMap, benchServer, upstream } from './bench-config.ts'
import { factsOf, type MemoryFiles } from './memory-host.ts'

const SITES = '/home/frappe/frappe-bench/sites'
const CONF = '/etc/nginx/conf.d/frappe-bench.conf'
const OLD = {
  certificate: '/etc/letsencrypt/live/old.cloud/fullchain.pem',
  key: '/etc/letsencrypt/live/old.cloud/privkey.pem',
}
const NEW = { certificate: '/etc/ssl/new.pem', key: '/etc/ssl/new.key' }

const request = (changes: Partial<NginxRenameRequest> = {}): NginxRenameRequest => ({
  hosts: [{ from: 'old.cloud', to: 'new.domain' }],
  directory: { from: 'old.cloud', to: 'new.domain' },
  sitesPath: SITES,
  siteNames: ['old.cloud'],
  webPorts: [8000],
  certificate: null,
  redirect: null,
  ...changes,
})

async function plan(
  text: string,
  changes: Partial<NginxRenameRequest> = {},
  more: MemoryFiles = {},
): Promise<NginxEditPlan> {
  return planNginxRename(await factsOf({ [CONF]: text, ...more }), request(changes))
}

/** The text after, which must be the text before with these replacements and nothing else. */
function assertBecomes(made: NginxEditPlan, before: string, ...replaced: [string, string][]): void {
  assert.deepEqual(made.problems, [])
  const expected = replaced.reduce((text, [from, to]) => {
    assert.ok(text.includes(from), `the fixture lacks ${from}`)
    return text.replace(from, () => to)
  }, before)
  const edit = made.edits.find((candidate) => candidate.path === CONF)
  assert.equal(edit?.before, before)
  assert.equal(edit?.after, expected)
}

test('in a block shared by several sites only the own word changes, hand edits stay', async () => {
  const text = benchServer(
    { listens: ['80', '[::]:80'], names: ['other.test', 'old.cloud  # ours', 'third.test'], site: '$host' },
    SITES,
  )
  const made = await plan(text)
  assertBecomes(made, text, ['old.cloud  # ours', 'new.domain  # ours'])
  assert.deepEqual(made.changes, [
    { file: CONF, line: 8, what: 'server_name', before: 'old.cloud', after: 'new.domain' },
  ])
})

test('a TLS site: its block, its redirect block, its map entries and its certificate; the other site stays', async () => {
  const other = benchServer(
    {
      listens: ['443 ssl'],
      names: ['other.test'],
      site: '$site_name_x',
      certificate: { certificate: '/o.pem', key: '/o.key' },
      redirectListen: '80',
    },
    SITES,
  )
  const own = benchServer(
    {
      listens: ['443 ssl', '[::]:443 ssl'],
      names: ['old.cloud'],
      site: '$site_name_x',
      certificate: OLD,
      redirectListen: '80',
    },
    SITES,
  )
  const text =
    upstream(8000) + benchMap('$site_name_x', { 'old.cloud': 'old.cloud', 'shop.test': 'other.test' }) + other + own
  const made = await plan(text, {
    certificate: NEW,
    redirect: { from: 'old.cloud', toUrl: 'https://new.domain', status: 307, tls: OLD },
  })
  assertBecomes(
    made,
    text,
    ['\told.cloud old.cloud;', '\tnew.domain new.domain;'],
    ['\told.cloud\n', '\tnew.domain\n'],
    ['\told.cloud\n', '\tnew.domain\n'],
    [OLD.certificate, NEW.certificate],
    [OLD.key, NEW.key],
  )
  assert.deepEqual(made.edits[1], {
    path: '/etc/nginx/conf.d/migrator-old.cloud.conf',
    before: null,
    after: `server {
	listen 80;
	server_name old.cloud;
	add_header Cache-Control no-store always;
	return 307 https://new.domain$request_uri;
}

server {
	listen 443 ssl;
	listen [::]:443 ssl;
	server_name old.cloud;
	ssl_certificate ${OLD.certificate};
	ssl_certificate_key ${OLD.key};
	add_header Cache-Control no-store always;
	return 307 https://new.domain$request_uri;
}
`,
  })
})

test('a permanent redirect may be stored by browsers', async () => {
  const text = benchServer({ listens: ['80 default_server reuseport'], names: ['old.cloud'], site: '$host' }, SITES)
  const made = await plan(text, {
    redirect: { from: 'old.cloud', toUrl: 'http://new.domain:8080/', status: 308, tls: null },
  })
  assert.equal(
    made.edits[1]?.after,
    'server {\n\tlisten 80;\n\tserver_name old.cloud;\n\treturn 308 http://new.domain:8080$request_uri;\n}\n',
  )
})

test('a literal site name as bench writes it without DNS multitenancy follows the directory', async () => {
  const text = benchServer({ listens: ['8001'], names: ['old.cloud'], site: 'old.cloud' }, SITES)
  const more = `server { listen 8002; server_name _; root ${SITES}/; location /f { alias ${SITES}/old.cloud/public/files/; }
 location / { root "${SITES}/old.cloud/public"; proxy_set_header X-Frappe-Site-Name old.cloud; } location /s { root ${SITES}/old.cloud.mx; } }\n`
  const made = await plan(text + more)
  assert.deepEqual(made.problems, [])
  const after = made.edits[0]?.after ?? ''
  assert.equal(after, (text + more).replaceAll(/old\.cloud(?!\.mx)/g, 'new.domain'))
})

test('without a renamed directory the map gets the entry it needs, before its default', async () => {
  const block = benchServer({ listens: ['80'], names: ['old.cloud', 'www.old.cloud'], site: '$site_name_x' }, SITES)
  const text = benchMap('$site_name_x', { 'www.old.cloud': 'old.cloud' }) + block
  const made = await plan(text, { directory: null, siteNames: ['old.cloud', 'www.old.cloud'] })
  assertBecomes(
    made,
    text,
    ['default $host;', 'new.domain old.cloud;\n\tdefault $host;'],
    ['\told.cloud\n', '\tnew.domain\n'],
  )
})

test('without a map and without a renamed directory nothing can lead the new name to the site', async () => {
  const made = await plan(benchServer({ listens: ['80'], names: ['old.cloud'], site: '$host' }, SITES), {
    directory: null,
  })
  assert.equal(made.problems.length, 1)
  assert.match(
    made.problems[0]?.problem ?? '',
    /new\.domain would lead to a site directory new\.domain, but the site's directory is old\.cloud/,
  )
  assert.match(made.problems[0]?.hint ?? '', /--rename-directory yes/)
})

test('a name that stays gets a map entry when its directory moves away', async () => {
  const block = benchServer({ listens: ['80'], names: ['old.cloud', 'shop.test'], site: '$site_name_x' }, SITES)
  const text = `map $host $site_name_x { shop.test old.cloud; default $host; }\n${block}`
  const made = await plan(text, {
    hosts: [{ from: 'shop.test', to: 'new.domain' }],
    siteNames: ['old.cloud', 'shop.test'],
  })
  assertBecomes(
    made,
    text,
    ['shop.test old.cloud; default', 'new.domain new.domain; old.cloud new.domain; default'],
    ['\tshop.test\n', '\tnew.domain\n'],
  )
})

test("the target already is the site's own alias: the old word and entry go, nothing is served twice", async () => {
  const block = benchServer({ listens: ['80'], names: ['old.cloud', 'new.domain'], site: '$site_name_x' }, SITES)
  const text = benchMap('$site_name_x', { 'old.cloud': 'old.cloud', 'new.domain': 'old.cloud' }) + block
  const made = await plan(text, { siteNames: ['old.cloud', 'new.domain'] })
  assertBecomes(
    made,
    text,
    ['\n\told.cloud old.cloud;', ''],
    ['new.domain old.cloud;', 'new.domain new.domain;'],
    ['\n\t\told.cloud', ''],
  )
})

test('a block of the old name goes when the site has a block of the new one on the same addresses', async () => {
  const alias = benchServer(
    { listens: ['443 ssl'], names: ['new.domain'], site: '$host', certificate: NEW, redirectListen: '80' },
    SITES,
  )
  const old = benchServer(
    { listens: ['443 ssl'], names: ['old.cloud'], site: '$host', certificate: OLD, redirectListen: '80' },
    SITES,
  )
  const made = await plan(alias + old, { siteNames: ['old.cloud', 'new.domain'], certificate: NEW })
  assert.deepEqual(made.problems, [])
  assert.equal(
    made.edits[0]?.after,
    alias + old.replace(/server \{[\s\S]*?\n\}/, '').replace(/server \{[\s\S]*?\n\t\}/, ''),
  )
})

test('a name that was served twice before is renamed twice and noted', async () => {
  const text = `server { listen 80; server_name old.cloud; root ${SITES}; }\nserver { listen 80; server_name old.cloud; root ${SITES}/; }\n`
  const made = await plan(text)
  assert.deepEqual(made.problems, [])
  assert.equal(made.edits[0]?.after, text.replaceAll('old.cloud', 'new.domain'))
  assert.match(made.notes[0]?.note ?? '', /served twice here before/)
})

test('two names of the site that become one are written once', async () => {
  const text = benchServer({ listens: ['80'], names: ['old.cloud', 'www.old.cloud'], site: '$host' }, SITES)
  const made = await plan(text, {
    hosts: [
      { from: 'old.cloud', to: 'new.domain' },
      { from: 'www.old.cloud', to: 'new.domain' },
    ],
    siteNames: ['old.cloud', 'www.old.cloud'],
  })
  assertBecomes(made, text, ['old.cloud', 'new.domain'], ['\n\t\twww.old.cloud', ''])
})

test("another site's block that serves the new name is a conflict, whatever its case", async () => {
  const text =
    benchServer({ listens: ['80'], names: ['old.cloud'], site: '$host' }, SITES) +
    'server { listen *:80; server_name New.Domain; root /var/www; }'
  const made = await plan(text)
  assert.equal(made.problems.length, 1)
  assert.match(
    made.problems[0]?.problem ?? '',
    /^new\.domain is already served by the block at .*frappe-bench\.conf:\d+\.$/,
  )
  const elsewhere = await plan(text.replace('*:80', '127.0.0.1:81'))
  assert.deepEqual(elsewhere.problems, [])
})

test('a name that the site had before gets its block back: the redirect of the earlier rename goes', async () => {
  const text = benchServer({ listens: ['80'], names: ['old.cloud'], site: '$host' }, SITES)
  const redirect = (from: string, to: string) =>
    `server { listen 80; server_name ${from}; return 307 https://${to}$request_uri; }`
  const first = '/etc/nginx/conf.d/migrator-new.domain.conf'
  const second = '/etc/nginx/conf.d/migrator-between.test.conf'
  const direct = await plan(text, {}, { [first]: redirect('new.domain', 'old.cloud') })
  assert.deepEqual(direct.problems, [])
  assert.equal(direct.edits.find((edit) => edit.path === first)?.after, '')
  const files = { [first]: redirect('new.domain', 'between.test'), [second]: redirect('between.test', 'old.cloud') }
  const chained = await plan(text, {}, files)
  assert.deepEqual(chained.problems, [])
  assert.equal(chained.edits.find((edit) => edit.path === first)?.after, '')
  assert.equal(
    chained.edits.find((edit) => edit.path === second),
    undefined,
  )
})

test("somebody else's redirect of the new name is named as what it is", async () => {
  const text = benchServer({ listens: ['80'], names: ['old.cloud'], site: '$host' }, SITES)
  const redirect = (to: string) => `server { listen 80; server_name new.domain; return 307 https://${to}$request_uri; }`
  const byHand = await plan(text, {}, { '/etc/nginx/conf.d/by-hand.conf': redirect('old.cloud') })
  assert.match(byHand.problems[0]?.hint ?? '', /only redirects.*by-hand\.conf/)
  const ofOtherSite = await plan(text, {}, { '/etc/nginx/conf.d/migrator-new.domain.conf': redirect('other.test') })
  assert.match(ofOtherSite.problems[0]?.hint ?? '', /only redirects.*cleanup.*migrator-new\.domain\.conf/)
})

test("another bench's blocks and maps with the same names stay", async () => {
  const foreign = `${benchMap('$site_name_z', { 'old.cloud': 'old.cloud' })}${benchServer({ listens: ['8080'], names: ['old.cloud'], site: '$site_name_z' }, '/home/b/bench/sites')}`
  const text = benchServer({ listens: ['80'], names: ['old.cloud'], site: '$host' }, SITES)
  const made = await plan(text, {}, { '/etc/nginx/conf.d/other.conf': foreign })
  assertBecomes(made, text, ['old.cloud', 'new.domain'])
  assert.deepEqual(
    made.edits.map((edit) => edit.path),
    [CONF],
  )
})

test('certbot-made redirects and literal redirects of own blocks follow; look-alikes and look-behind hosts stay', async () => {
  const text = `server {
    if ($host = old.cloud) {
        return 301 https://$host$request_uri;
    } # managed by Certbot
    listen 80;
    server_name old.cloud;
    return 404; # managed by Certbot
}
server { listen 80; server_name www.old.cloud; add_header X "https://shop.old.cloud https://old.cloud.mx https://old.cloud:8443/";
  return 301 https://old.cloud$request_uri; }
`
  const made = await plan(text, { siteNames: ['old.cloud', 'www.old.cloud'] })
  assertBecomes(
    made,
    text,
    ['= old.cloud)', '= new.domain)'],
    ['server_name old.cloud', 'server_name new.domain'],
    ['https://old.cloud:8443', 'https://new.domain:8443'],
    ['301 https://old.cloud$', '301 https://new.domain$'],
  )
})

test('wildcards, regular expressions and the default server are left alone and noted where they match', async () => {
  const text = `${benchServer({ listens: ['80'], names: ['old.cloud'], site: '$host' }, SITES)}
server { listen 80 default_server; server_name _ *.domain ~^new\\.; }
server { listen 80; server_name *.cloud; return 301 https://old.cloud/; }
`
  const made = await plan(text)
  assertBecomes(made, text, ['old.cloud', 'new.domain'])
  const notes = made.notes.map(({ note }) => note)
  assert.equal(notes.filter((note) => note.includes('may match new.domain')).length, 2)
  assert.ok(notes.some((note) => note.includes('`return 301 https://old.cloud/` still names the old host')))
})

test('a shared wildcard certificate is not exchanged for one site', async () => {
  const text = benchServer(
    { listens: ['443 ssl'], names: ['old.cloud', 'other.cloud'], site: '$host', certificate: OLD },
    SITES,
  )
  const made = await plan(text, { certificate: NEW })
  assert.match(made.problems[0]?.problem ?? '', /would change for other names too \(other\.cloud\)/)
  assert.deepEqual((await plan(text, { certificate: OLD })).problems, [])
})

test('the redirect never becomes the default server of an address', async () => {
  const text = benchServer({ listens: ['80'], names: ['old.cloud'], site: '$host' }, SITES)
  const redirect = { from: 'old.cloud', toUrl: 'http://new.domain', status: 307, tls: null } as const
  const path = async (file: string) => {
    const made = planNginxRename(await factsOf({ [file]: text }), request({ redirect }))
    assert.deepEqual(made.problems, [])
    return made.edits[1]?.path
  }
  assert.equal(await path('/etc/nginx/conf.d/bench.conf'), '/etc/nginx/conf.d/migrator-old.cloud.conf')
  assert.equal(await path('/etc/nginx/conf.d/my-bench.conf'), '/etc/nginx/conf.d/zz-migrator-old.cloud.conf')
  assert.equal(await path('/etc/nginx/sites-enabled/bench'), '/etc/nginx/sites-enabled/migrator-old.cloud.conf')
})

test('without an included directory there is no place for the redirect', async () => {
  const text = benchServer({ listens: ['80'], names: ['old.cloud'], site: '$host' }, SITES)
  const facts = await factsOf({ '/etc/nginx/nginx.conf': `events {}\nhttp {\n${text}}\n` })
  const made = planNginxRename(
    facts,
    request({ redirect: { from: 'old.cloud', toUrl: 'http://new.domain', status: 307, tls: null } }),
  )
  assert.match(made.problems[0]?.hint ?? '', /--no-redirect/)
})

test('a snippet of the site alone is edited, one shared with others is a problem', async () => {
  const snippet = 'proxy_set_header X-Frappe-Site-Name old.cloud;\n'
  const block = (names: string) =>
    `server { listen 80; server_name ${names}; root ${SITES}; include snippets/s.conf; }\n`
  const alone = await plan(block('old.cloud'), {}, { '/etc/nginx/snippets/s.conf': snippet })
  assert.deepEqual(alone.problems, [])
  assert.equal(
    alone.edits.find((edit) => edit.path.endsWith('s.conf'))?.after,
    snippet.replace('old.cloud', 'new.domain'),
  )
  const shared = await plan(block('old.cloud') + block('other.test'), {}, { '/etc/nginx/snippets/s.conf': snippet })
  assert.match(shared.problems[0]?.problem ?? '', /blocks of other sites include it too/)
})

test('files that cannot be edited safely are refused with file and line', async () => {
  const text = benchServer({ listens: ['80'], names: ['old.cloud'], site: '$host' }, SITES)
  const broken = await plan(text, {}, { '/etc/nginx/conf.d/x.conf': 'server {\n' })
  assert.deepEqual(
    broken.problems.map(({ file, line }) => [file, line]),
    [['/etc/nginx/conf.d/x.conf', 1]],
  )
  const latin = planNginxRename(await factsOf({ [CONF]: Buffer.from(`# ü\n${text}`, 'latin1') }), request())
  assert.match(latin.problems[0]?.problem ?? '', /not UTF-8/)
  assert.deepEqual(latin.edits, [])
})

test('values that nginx would read as syntax never get into a file', async () => {
  const text = benchServer({ listens: ['80'], names: ['old.cloud'], site: '$host' }, SITES)
  for (const changes of [
    { hosts: [{ from: 'old.cloud', to: 'new.domain; }' }] },
    { certificate: { certificate: '/a$b', key: '/k' } },
    { redirect: { from: 'old.cloud', toUrl: 'https://new.domain/;', status: 307, tls: null } as const },
  ]) {
    const made = await plan(text, changes)
    assert.deepEqual(made.edits, [])
    assert.match(made.problems[0]?.problem ?? '', /cannot take/)
  }
})

test('a site that nginx does not serve needs no edit', async () => {
  const made = await plan('server { listen 80; server_name other.test; }')
  assert.deepEqual([made.edits, made.problems], [[], []])
})

test('a block that serves something else under the same name is left alone, also by the redirect, and noted', async () => {
  const mail = 'server { listen 8443; server_name old.cloud; root /var/www/roundcube; }\n'
  const text = benchServer({ listens: ['80'], names: ['old.cloud'], site: '$host' }, SITES) + mail
  const made = await plan(text, { redirect: { from: 'old.cloud', toUrl: 'http://new.domain', status: 307, tls: null } })
  assertBecomes(made, text, ['old.cloud', 'new.domain'])
  assert.doesNotMatch(made.edits[1]?.after ?? '', /8443/)
  const line = text.slice(0, text.indexOf('listen 8443')).split('\n').length
  assert.deepEqual(
    made.notes.filter(({ note }) => note.includes('left alone')).map((note) => [note.file, note.line]),
    [[CONF, line]],
  )
})

for (const [what, block, more] of [
  ['hands on to the web port', 'location / { proxy_pass http://127.0.0.1:8000; }', ''],
  ['hands on to an upstream', 'location / { proxy_pass http://erp; }', 'upstream erp { server localhost:8000; }\n'],
  ['hands on to this nginx', 'location / { proxy_pass http://127.0.0.1; }', ''],
  ["hands the site's name on", 'location / { proxy_set_header X-Frappe-Site-Name old.cloud; }', ''],
  ['only sends to https', 'location / { return 301 https://$host$request_uri; }', ''],
] as const) {
  test(`a block without the bench's root is the site's when it ${what}`, async () => {
    const own = benchServer({ listens: ['80'], names: ['old.cloud'], site: '$host' }, SITES)
    const made = await plan(`${more}${own}server { listen 8080; server_name old.cloud; ${block} }\n`)
    assert.match(made.edits[0]?.after ?? '', /listen 8080; server_name new\.domain;/)
  })
}

test('a name as common as localhost is edited only in blocks and maps of this bench', async () => {
  const own =
    benchMap('$site_name_x', { localhost: 'localhost' }) +
    benchServer({ listens: ['80'], names: ['localhost'], site: '$site_name_x' }, SITES)
  const text = `${own}server { listen 8081; server_name localhost; location /status { stub_status; } }
server { listen 8080; server_name localhost; return 301 https://$host$request_uri; }
server { listen 8082; server_name localhost; location / { proxy_pass http://127.0.0.1:8000; } }
`
  const made = await plan(text, {
    hosts: [{ from: 'localhost', to: 'new.domain' }],
    directory: { from: 'localhost', to: 'new.domain' },
    siteNames: ['localhost'],
    commonName: 'localhost',
  })
  assertBecomes(
    made,
    text,
    ['\tlocalhost localhost;', '\tnew.domain new.domain;'],
    ['\t\tlocalhost\n', '\t\tnew.domain\n'],
  )
})
