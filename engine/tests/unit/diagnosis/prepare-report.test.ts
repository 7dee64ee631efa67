import assert from 'node:assert/strict'
import { test } from 'node:test'
import { prepareReport, type ReportLine } from '../../../src/diagnosis/text/prepare-report.ts'

const linesOf = (text: string | string[]): ReportLine[] => prepareReport([text].flat().join('\n')).lines
const textsOf = (text: string | string[], kind: ReportLine['kind']): string[] =>
  linesOf(text)
    .filter((line) => line.kind === kind)
    .map((line) => line.text)

test('colors are gone, also those whose escape character a mail has lost', () => {
  assert.equal(linesOf('\u001b[31;1mERROR\u001b[0m: no')[0]?.text, 'ERROR: no')
  assert.equal(linesOf('[31mERROR[0m: no')[0]?.text, 'ERROR: no')
  assert.equal(linesOf('\u001b]0;title\u0007bench start')[0]?.text, 'bench start')
})

test('a traceback of one process is put together again, whatever others write between its lines', () => {
  const woven = [
    '09:31:02 web.1            | Traceback (most recent call last):',
    '09:31:02 redis_cache.1    | 40119:M 07 Feb 2024 09:31:02.553 # Ready',
    '09:31:02 web.1            |   File "/bench/apps/frappe/frappe/app.py", line 71, in application',
    '09:31:02 worker_long.1    | 09:31:02 long: job',
    '09:31:02 web.1            |     response = frappe.api.handle()',
    '09:31:02 web.1            | some.Odd: it went wrong',
    '09:31:02 system           | sending SIGTERM to web.1 (pid 40123)',
  ]
  const web = linesOf(woven).filter((line) => line.process === 'web.1')
  assert.deepEqual(
    web.map((line) => [line.number, line.kind]),
    [
      [1, 'traceback'],
      [3, 'frame'],
      [5, 'source'],
      [6, 'last_exception'],
    ],
  )
})

test('names in front of lines are known from containers, pods and journals', () => {
  const named = (line: string) => [linesOf(line)[0]?.process, linesOf(line)[0]?.text]
  assert.deepEqual(named('backend-1  | ready'), ['backend-1', 'ready'])
  assert.deepEqual(named('frappe_docker_queue-short_1 | ready'), ['frappe_docker_queue-short_1', 'ready'])
  assert.deepEqual(named('[pod/erp-gunicorn-5d9/web] ready'), ['pod/erp-gunicorn-5d9/web', 'ready'])
  assert.deepEqual(named('Feb 07 09:31:02 erp01 mariadbd[812]: ready'), ['mariadbd', 'ready'])
  assert.deepEqual(named('2024-02-07T09:31:02+0000 erp01 nginx[9]: ready'), ['nginx', 'ready'])
  assert.deepEqual(named('2024-02-07T09:31:02.123456789Z ready'), [null, 'ready'])
  assert.deepEqual(named('backend-1  | 09:31:02 web.1 | ready'), ['backend-1 web.1', 'ready'])
  assert.deepEqual(named('dmesg | tail'), [null, 'dmesg | tail'])
})

test('only the end of a chain of tracebacks is the last exception', () => {
  const chained = [
    'Traceback (most recent call last):',
    '  File "a.py", line 1, in a',
    '    x()',
    'KeyError: 1',
    '',
    'The above exception was the direct cause of the following exception:',
    '',
    'Traceback (most recent call last):',
    '  File "b.py", line 2, in b',
    '    raise ValueError from error',
    '    ^^^^^^^^^^^^^^^^^^^^^^^^^^^',
    'ValueError: two',
  ]
  assert.deepEqual(textsOf(chained, 'exception'), ['KeyError: 1'])
  assert.deepEqual(textsOf(chained, 'last_exception'), ['ValueError: two'])
})

test('an exception of any name ends a traceback, also an indented one and one over several lines', () => {
  const indented = [
    '      Traceback (most recent call last):',
    '        File "setup.py", line 3, in <module>',
    '          import odd',
    '      odd.Trouble: first line',
    'second line',
  ]
  assert.deepEqual(textsOf(indented, 'last_exception'), ['      odd.Trouble: first line', 'second line'])
})

test('a traceback within JSON, as the browser shows it, is read too', () => {
  const exc = String.raw`{"exc":"[\"Traceback (most recent call last):\\n  File \\\"apps/frappe/frappe/app.py\\\", line 71, in application\\n    handle()\\nfrappe.exceptions.PermissionError: No\\n\"]"}`
  assert.deepEqual(textsOf(exc, 'frame'), ['  File "apps/frappe/frappe/app.py", line 71, in application'])
  assert.ok(textsOf(exc, 'last_exception').some((text) => text.startsWith('frappe.exceptions.PermissionError')))
  assert.ok(linesOf(exc).every((line) => line.number === 1))
})

test('quoting of mail clients is taken off, whatever its depth', () => {
  const quoted = ['> > Traceback (most recent call last):', '> >   File "a.py", line 1, in a', '> > KeyError: 1', '>']
  assert.deepEqual(
    linesOf(quoted).map((line) => line.kind),
    ['traceback', 'frame', 'last_exception', 'text'],
  )
})

test('Node says what is wrong before its frames', () => {
  const node = [
    'Error: listen EADDRINUSE: address already in use :::9000',
    '    at Server.setupListenHandle [as _listen2] (node:net:1817:16)',
    'Error: connect ECONNREFUSED 127.0.0.1:13000',
  ]
  assert.deepEqual(
    linesOf(node).map((line) => line.kind),
    ['last_exception', 'frame', 'last_exception'],
  )
})

test('local variables in a traceback are no frames, and its end is found', () => {
  const told = [
    'Traceback with variables (most recent call last):',
    '  File "apps/hrms/hrms/x.py", line 2361, in get',
    '    return [node]',
    "      formula = ''",
    'builtins.SyntaxError: invalid syntax',
  ]
  assert.deepEqual(
    linesOf(told).map((line) => line.kind),
    ['traceback', 'frame', 'source', 'source', 'last_exception'],
  )
})

test('what somebody typed is told from what somebody wrote', () => {
  for (const line of [
    'frappe@erp01:~/frappe-bench$ bench migrate',
    '(env) [root@erp frappe-bench]# bench restart',
    String.raw`PS C:\work> docker compose up`,
    '/opt/frappe_docker$ docker logs nginx-web',
    'Martas-MBP:frappe-bench marta$ bench new-site library.local',
    '$ sudo supervisorctl restart all',
    'bench --site erp.test migrate',
    'MariaDB [(none)]> show databases;',
  ])
    assert.equal(linesOf(line)[0]?.kind, 'command', line)
  for (const line of [
    'bench start fails with an error',
    'docker is running',
    'nginx: [emerg] bind() to 0.0.0.0:80 failed',
  ])
    assert.equal(linesOf(line)[0]?.kind, 'text', line)
})

test('what the operating system says in other languages is searched in English and shown as it was', () => {
  for (const [said, english] of [
    ['OSError: [Errno 98] Adresse bereits in Benutzung', 'address already in use'],
    ['OSError: [Errno 98] Die Adresse wird bereits verwendet', 'address already in use'],
    ["PermissionError: [Errno 13] Keine Berechtigung: './x'", 'permission denied'],
    ["PermissionError: [Errno 13] Permiso denegado: './x'", 'permission denied'],
    ["PermissionError: [Errno 13] Permission non accordée: './x'", 'permission denied'],
    ['OSError: [Errno 28] Auf dem Gerät ist kein Speicherplatz mehr verfügbar', 'no space left on device'],
    ['ConnectionRefusedError: [Errno 111] Conexión rehusada', 'connection refused'],
    ['bash: bench: Kommando nicht gefunden', 'command not found'],
  ] as const) {
    const report = prepareReport(said)
    assert.ok(report.lower.includes(english), said)
    assert.equal(report.lines[0]?.shown, said)
  }
})

test('typographic quotes and dashes are searched as plain ones', () => {
  assert.equal(linesOf('Can’t connect to “localhost” —site x')[0]?.text, `Can't connect to "localhost" --site x`)
})

test('line ends of Windows and overwritten progress lines end lines, and numbers stay those of the file', () => {
  const lines = linesOf('one\r\nUpdating 10%\rUpdating 100%\r\nthree')
  assert.deepEqual(
    lines.map((line) => [line.number, line.text]),
    [
      [1, 'one'],
      [2, 'Updating 10%'],
      [2, 'Updating 100%'],
      [3, 'three'],
    ],
  )
})

test('frames that pip and rich draw around a traceback are taken off', () => {
  const drawn = [
    '╭──────────── Traceback (most recent call last) ────────────╮',
    '│ /home/frappe/.bench/bench/cli.py:69 in cli                │',
    '╰───────────────────────────────────────────────────────────╯',
    'FileNotFoundError: no such file',
  ]
  assert.deepEqual(
    linesOf(drawn).map((line) => line.kind),
    ['traceback', 'frame', 'text', 'last_exception'],
  )
})

test('half pairs of surrogates and a line of a million letters are read', () => {
  assert.equal(prepareReport('\ud800 lone \udc00').lines.length, 1)
  const long = prepareReport('x'.repeat(1_000_000))
  assert.ok(long.lines.every((line) => line.text.length <= 8192 && line.number === 1))
})

test('lower case has the length of the text', () => {
  const report = prepareReport('İSTANBUL İ error')
  assert.equal(report.lower.length, report.text.length)
})
