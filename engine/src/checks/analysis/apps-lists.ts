import { readTextFile } from '../../services/text-file.ts'
import { benchCheck, type Found } from './analysis-check.ts'

const finds = {
  'apps-txt-joined-names': 'two apps stand in one line of sites/apps.txt (a line break is missing)',
  'app-listed-twice': 'an app stands twice in sites/apps.txt',
  'app-not-listed': 'an app in apps/ is not listed in sites/apps.txt: Frappe does not load it',
  'apps-json-corrupt': 'sites/apps.json is not valid JSON: bench fails on it',
  'app-not-in-environment': 'an app is not installed in the Python environment: No module named …',
}
type Id = keyof typeof finds

/** Whether sites/apps.txt, sites/apps.json, apps/ and the Python environment name the same apps. */
export const appsLists = benchCheck({
  id: 'apps-lists',
  title: 'apps.txt, apps.json, apps/ and the environment agree',
  area: 'apps',
  replaces: ['config-invalid-json', 'app-missing'],
  finds,
  run: async ({ facts, host }) => {
    const found: Found<Id>[] = []
    const path = `${facts.path}/sites/apps.txt`
    const read = await readTextFile(host, path)
    const lines =
      read.state === 'read'
        ? read.text
            .split('\n')
            .map((line) => line.trim())
            .filter((line) => line !== '')
        : []
    const names = facts.apps.map(({ name }) => name)
    const joined = lines.filter(
      (line) =>
        !names.includes(line) &&
        names.some((first) => line.startsWith(first) && names.includes(line.slice(first.length))),
    )
    for (const line of joined) {
      const first = names.find((name) => line.startsWith(name) && names.includes(line.slice(name.length))) ?? ''
      found.push({
        ...{ id: 'apps-txt-joined-names', severity: 'critical', subject: `${facts.path}/apps/${line}` },
        title: `A line of sites/apps.txt joins two apps: ${line}.`,
        evidence: `${path}:${lines.indexOf(line) + 1}: ${line}`,
        cause: 'A line was appended to a file that did not end with a line break.',
        remedies: [`sed -i 's/^${line}$/${first}\\n${line.slice(first.length)}/' ${path}`],
      })
    }
    for (const name of new Set(lines.filter((line, at) => lines.indexOf(line) !== at))) {
      found.push({
        ...{
          id: 'app-listed-twice',
          severity: 'warning',
          subject: path,
          title: `${name} stands twice in sites/apps.txt.`,
        },
        evidence: `${path}: ${name}`,
        remedies: [`Remove one of the two lines from ${path}.`],
      })
    }
    const known = [...lines, ...joined.flatMap((line) => names.filter((name) => line.includes(name)))]
    for (const name of names.filter((one) => lines.length > 0 && !known.includes(one))) {
      found.push({
        ...{ id: 'app-not-listed', severity: 'warning', subject: `${facts.path}/apps/${name}` },
        title: `The app ${name} is in apps/ and not in sites/apps.txt, so Frappe does not load it.`,
        evidence: `${path} lists ${lines.join(', ')}`,
        remedies: [
          `If it is wanted: echo ${name} >> ${path} (see that the file ends with a line break first)`,
          `If not: bench remove-app ${name}`,
        ],
      })
    }
    const broken = facts.findings.find(
      ({ id, subject }) => id === 'config-invalid-json' && subject.endsWith('/sites/apps.json'),
    )
    if (broken !== undefined) {
      found.push({
        ...{ id: 'apps-json-corrupt', severity: 'warning', subject: broken.subject, evidence: broken.evidence },
        title: 'sites/apps.json is not valid JSON; bench get-app, update and remove-app fail on it.',
        cause: 'It was written while the disk was full, or edited by hand.',
        remedies: [
          `mv ${broken.subject} ${broken.subject}.broken; bench writes it anew from apps/ with its next command, for instance: bench version`,
        ],
      })
    }
    const packages = await installedPackages(facts.path, host.list)
    const missing =
      packages === null ? [] : names.filter((name) => lines.includes(name) && !isInstalled(packages, name))
    for (const name of missing) {
      found.push({
        ...{ id: 'app-not-in-environment', severity: 'critical', subject: `${facts.path}/apps/${name}` },
        title: `The app ${name} is not installed in the bench's Python environment.`,
        evidence: `${facts.path}/env/lib/python3*/site-packages names no ${name}`,
        cause: `Python answers "No module named '${name}'" and every bench command fails.`,
        remedies: [`cd ${facts.path} && env/bin/pip install --no-deps -e apps/${name}`],
      })
    }
    return found
  },
})

/** Names in the environment's site-packages, lower case; null when there is none to look into. */
async function installedPackages(bench: string, list: (path: string) => Promise<string[]>): Promise<string[] | null> {
  const versions = (await list(`${bench}/env/lib`).catch(() => [])).filter((name) => name.startsWith('python3'))
  const lists = await Promise.all(
    versions.map((version) => list(`${bench}/env/lib/${version}/site-packages`).catch(() => [])),
  )
  const names = lists.flat().map((name) => name.toLowerCase())
  return names.length === 0 ? null : names
}

/** An installed package leaves `<name>-<version>.dist-info`, an egg link, a .pth of its own, or its directory. */
function isInstalled(packages: string[], app: string): boolean {
  const wanted = app.toLowerCase()
  const spellings = new Set([wanted, wanted.replaceAll('_', '-'), wanted.replaceAll('-', '_')])
  return packages.some((entry) => {
    const name = entry
      .replace(/^__editable__[._]+/, '')
      .replace(/(?:-\d[^/]*)?\.(?:dist-info|egg-info|egg-link|pth)$/, '')
    return spellings.has(name) || spellings.has(name.replace(/-\d.*$/, ''))
  })
}
