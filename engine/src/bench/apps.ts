import type { Host } from '../host/host.ts'
import { isObject } from '../host/parse-json.ts'
import { listOrNothing, readTextFile } from '../services/text-file.ts'
import type { AppFacts } from './bench-facts.ts'
import type { Finding } from './finding.ts'
import { readGitCommit } from './git-commit.ts'
import { readJsonFile } from './json-file.ts'
import type { Reading } from './reading.ts'

/** `__version__ = "15.55.0"` in an app's own file; the app is never imported. */
async function versionOf(host: Host, appPath: string, name: string): Promise<string | null> {
  const read = await readTextFile(host, `${appPath}/${name}/__init__.py`)
  return read.state === 'read' ? (/^__version__\s*(?::[^=]*)?=\s*["']([^"']+)["']/m.exec(read.text)?.[1] ?? null) : null
}

const text = (value: unknown) => (typeof value === 'string' ? value : null)

/** What bench 5 noted in sites/apps.json; images without `.git` have nothing else. */
function notedBy(appsJson: Record<string, unknown> | null, name: string): Omit<AppFacts, 'name' | 'path'> {
  const noted = appsJson?.[name]
  const entry = isObject(noted) ? noted : {}
  const resolution = isObject(entry['resolution']) ? entry['resolution'] : {}
  const { version } = entry
  const { branch, commit_hash: commit } = resolution
  return { version: text(version), branch: text(branch), commit: text(commit) }
}

async function readApp(host: Host, path: string, name: string, appsJson: Record<string, unknown> | null) {
  const [version, git] = await Promise.all([versionOf(host, path, name), readGitCommit(host, path)])
  const noted = notedBy(appsJson, name)
  if (version === null && git.commit === null && noted.version === null) {
    const isPackage = (await host.status(`${path}/${name}`).catch(() => null)) !== null
    if (!isPackage) return null
  }
  return {
    name,
    path,
    version: version ?? noted.version,
    branch: git.branch ?? noted.branch,
    commit: git.commit ?? noted.commit,
  }
}

/** The apps in `apps/`, with a finding for each one `sites/apps.txt` lists and the directory lacks. */
export async function readApps(host: Host, bench: string): Promise<Reading<AppFacts[]>> {
  const [names, listed, appsJson] = await Promise.all([
    listOrNothing(host, `${bench}/apps`),
    readTextFile(host, `${bench}/sites/apps.txt`),
    readJsonFile(host, `${bench}/sites/apps.json`),
  ])
  const read = await Promise.all(
    names
      .filter((name) => !name.startsWith('.'))
      .map((name) => readApp(host, `${bench}/apps/${name}`, name, appsJson.value.value)),
  )
  const apps = read.filter((app) => app !== null)
  const wanted = listed.state === 'read' ? listed.text.split(/\s+/).filter((name) => name !== '') : []
  const missing = [...new Set(['frappe', ...wanted])].filter((name) => !apps.some((app) => app.name === name))
  const findings = missing.map(
    (name): Finding => ({
      id: 'app-missing',
      severity: 'warning',
      title: `App ${name} is not in ${bench}/apps.`,
      evidence:
        name === 'frappe' && !wanted.includes(name)
          ? `${bench}/apps/frappe does not exist`
          : `${bench}/sites/apps.txt lists ${name}; ${bench}/apps/${name} does not exist`,
      remedies: [`bench get-app ${name}`, `Remove ${name} from sites/apps.txt if no site uses it.`],
      subject: `${bench}/apps/${name}`,
    }),
  )
  // A broken apps.json only costs bench its notes, no site depends on it.
  const noted = appsJson.findings.map((finding): Finding => ({ ...finding, severity: 'warning' }))
  return { value: apps, findings: [...noted, ...findings] }
}
