import { isObject, parseJsonObject } from '../../host/parse-json.ts'
import { readTextFile } from '../../services/text-file.ts'
import { type AnalysisContext, benchCheck, type Found } from './analysis-check.ts'
import { isInRange, majorOf, SAME_MAJOR_AS_FRAPPE } from './supported-versions.ts'

const finds = {
  'bench-command-missing': 'no bench command was found for this user',
  'bench-version-old': 'the bench command is of version 4 and does not know this version of Frappe',
  'python-version-unsupported':
    'the environment’s Python is none that an app supports (requires-python of its pyproject.toml)',
  'env-python-changed': 'the environment’s packages are for another Python than the one it runs: No module named …',
  'python-unusable': 'the environment’s Python does not start',
  'node-version-unsupported': 'Node is older than Frappe supports (engines of its package.json)',
  'node-missing': 'no node command was found: assets cannot be built',
  'app-major-differs': 'ERPNext or HRMS of another major version than Frappe',
}
type Id = keyof typeof finds

/** Whether bench, Python, Node and the apps fit together, by what the apps themselves ask for. */
export const versions = benchCheck({
  id: 'versions',
  title: 'Versions fit together',
  area: 'bench_version',
  timeoutMilliseconds: 6000,
  finds,
  run: async (context) => {
    const [python, node] = await Promise.all([pythonFindings(context), nodeFindings(context)])
    return [...benchFindings(context), ...python, ...node, ...majors(context)]
  },
})

function benchFindings({ facts, host }: AnalysisContext): Found<Id>[] {
  if (facts.benchVersion === null) {
    return [
      {
        ...{ id: 'bench-command-missing', severity: 'information', subject: 'bench' },
        title: `No bench command was found for ${host.userName}.`,
        evidence: `neither on the path nor among the installed packages of ${facts.ownerName}`,
        remedies: ['pipx install frappe-bench; or put ~/.local/bin on the path: export PATH=$HOME/.local/bin:$PATH'],
      },
    ]
  }
  if (majorOf(facts.benchVersion) !== 4 || (majorOf(facts.frappeVersion) ?? 0) < 14) return []
  return [
    {
      ...{ id: 'bench-version-old', severity: 'warning', subject: 'bench' },
      title: `The bench command ${facts.benchVersion} is too old for Frappe ${facts.frappeVersion}.`,
      evidence: `frappe_bench-${facts.benchVersion}`,
      remedies: ['pip install --upgrade frappe-bench (as the user it was installed for)'],
    },
  ]
}

async function pythonFindings({ facts, host }: AnalysisContext): Promise<Found<Id>[]> {
  if (facts.python === null) return []
  const python = facts.python
  if ((await host.realPath(python).catch(() => null)) === null) return []
  const asked = await host.run({ argv: [python, '--version'], timeoutMilliseconds: 3000 })
  const version = /^Python (\d+\.\d+\.\d+)/.exec(asked.stdout || asked.stderr)?.[1]
  const again = [
    `cd ${facts.path} && mv env env-old && bench setup env --python python3.<version> && bench setup requirements`,
  ]
  if (version === undefined) {
    // A file that is no program is what test trees and broken copies have: only one that refuses is told.
    if ((await host.status(await host.realPath(python)))?.bytes === 0) return []
    return [
      {
        ...{ id: 'python-unusable', severity: 'critical', subject: python, remedies: again },
        title: 'The Python of the bench’s environment does not start.',
        evidence: `${python} --version: exit code ${asked.exitCode} ${(asked.stderr || asked.stdout).trim().slice(0, 200)}`,
      },
    ]
  }
  const found: Found<Id>[] = []
  const minor = version.split('.').slice(0, 2).join('.')
  const libraries = (await host.list(`${facts.path}/env/lib`).catch(() => [])).filter((name) =>
    name.startsWith('python3'),
  )
  if (libraries.length > 0 && !libraries.includes(`python${minor}`)) {
    found.push({
      ...{ id: 'env-python-changed', severity: 'critical', subject: python, remedies: again },
      title: `The environment runs Python ${minor}, its packages are for ${libraries.join(', ')}.`,
      evidence: `${python} --version: ${version}; ${facts.path}/env/lib: ${libraries.join(', ')}`,
      cause: 'The system’s Python was upgraded below it.',
    })
  }
  const asks = await Promise.all(
    facts.apps.map(async (app) => ({ app, read: await readTextFile(host, `${app.path}/pyproject.toml`) })),
  )
  for (const { app, read } of asks) {
    const range = read.state === 'read' ? /^\s*requires-python\s*=\s*["']([^"']+)["']/m.exec(read.text)?.[1] : undefined
    if (range === undefined || isInRange(version, range) !== false) continue
    found.push({
      ...{ id: 'python-version-unsupported', severity: 'warning', subject: python, remedies: again },
      title: `Python ${version} is none that ${app.name} ${app.version ?? ''} supports (${range}).`,
      evidence: `${app.path}/pyproject.toml: requires-python = "${range}"; ${python} --version: ${version}`,
    })
  }
  return found
}

async function nodeFindings({ facts, host }: AnalysisContext): Promise<Found<Id>[]> {
  const frappe = facts.apps.find(({ name }) => name === 'frappe')
  const read = frappe === undefined ? null : await readTextFile(host, `${frappe.path}/package.json`)
  const engines = read?.state === 'read' ? parseJsonObject(read.text).value?.['engines'] : undefined
  const range = isObject(engines) && typeof engines['node'] === 'string' ? engines['node'] : null
  if (range === null) return []
  const supervisor = await readTextFile(host, `${facts.path}/config/supervisor.conf`)
  const configured = supervisor.state === 'read' ? /^command=(\S*\/node) /m.exec(supervisor.text)?.[1] : undefined
  const program = configured ?? 'node'
  const asked = await host.run({ argv: [program, '--version'], timeoutMilliseconds: 3000 })
  const version = /^v(\d+\.\d+\.\d+)/.exec(asked.stdout)?.[1]
  if (version === undefined) {
    return [
      {
        ...{ id: 'node-missing', severity: configured === undefined ? 'information' : 'critical', subject: program },
        title: `${program} was not found or does not start.`,
        evidence: `${program} --version: ${(asked.stderr || `exit code ${asked.exitCode}`).trim().slice(0, 200)}`,
        remedies: [`Install Node ${range}: nvm install ${/\d+/.exec(range)?.[0] ?? ''}`],
      },
    ]
  }
  if (isInRange(version, range) !== false) return []
  return [
    {
      ...{ id: 'node-version-unsupported', severity: 'warning', subject: program },
      title: `Node ${version} is none that Frappe ${facts.frappeVersion} supports (${range}).`,
      evidence: `${frappe?.path}/package.json: engines.node ${range}; ${program} --version: v${version}`,
      cause: 'Building assets and socket.io fail with it.',
      remedies: [
        `Install Node ${range}: nvm install ${/\d+/.exec(range)?.[0] ?? ''}, then bench setup socketio && bench build`,
      ],
    },
  ]
}

function majors({ facts }: AnalysisContext): Found<Id>[] {
  const frappe = majorOf(facts.frappeVersion)
  return facts.apps.flatMap(({ name, version }) => {
    const major = majorOf(version)
    if (!SAME_MAJOR_AS_FRAPPE.has(name) || frappe === null || major === null || major === frappe) return []
    return [
      {
        ...{ id: 'app-major-differs' as const, severity: 'critical' as const, subject: name },
        title: `${name} ${version} does not go with Frappe ${facts.frappeVersion}.`,
        evidence: `apps/${name}: ${version}; apps/frappe: ${facts.frappeVersion}`,
        cause: 'One of the two was switched to another branch alone.',
        remedies: [`bench switch-to-branch version-${frappe} ${name}, or bring frappe to version-${major}`],
      },
    ]
  })
}
