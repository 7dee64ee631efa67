/** Small directories that look like benches, and a machine on which only they exist. */
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { TestContext } from 'node:test'
import type { SurveyOptions } from '../../../src/bench/survey.ts'
import type { Host, Listener, ProcessFacts } from '../../../src/host/host.ts'
import { localHost } from '../../../src/host/local/index.ts'

/** Path → content; `-> target` makes a link, a path that ends in `/` an empty directory. */
export type Tree = Record<string, string | object>

/** Makes the tree in a temporary directory that goes with the test; returns the directory. */
export async function makeTree(context: TestContext, tree: Tree): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'migrator-tree-'))
  context.after(() => rm(directory, { recursive: true, force: true }))
  for (const [name, content] of Object.entries(tree)) {
    const file = path.join(directory, name)
    await mkdir(name.endsWith('/') ? file : path.dirname(file), { recursive: true })
    if (name.endsWith('/')) continue
    const text =
      typeof content === 'string' ? content.replaceAll('{root}', directory) : JSON.stringify(content, null, 1)
    if (text.startsWith('-> ')) await symlink(text.slice(3), file)
    else await writeFile(file, text)
  }
  return directory
}

/** What every bench here has; its Redis servers are not reachable, which costs nothing on a closed port. */
export function benchTree(bench = 'bench'): Tree {
  return {
    [`${bench}/apps/frappe/frappe/__init__.py`]: 'import os\n__version__ = "15.55.1"\n',
    [`${bench}/sites/apps.txt`]: 'frappe\n',
    [`${bench}/sites/apps.json`]: { frappe: { resolution: { commit_hash: null, branch: null }, version: '15.55.1' } },
    [`${bench}/sites/assets/`]: '',
    [`${bench}/sites/common_site_config.json`]: {
      redis_cache: 'redis://127.0.0.1:1',
      redis_queue: 'redis://127.0.0.1:1',
    },
    [`${bench}/Procfile`]: 'web: bench serve --port 8000\n',
    [`${bench}/config/pids/`]: '',
    [`${bench}/env/bin/python`]: '',
  }
}

export const siteConfig = (database: string, more: object = {}) => ({
  db_name: database,
  db_password: `secret-of-${database}`,
  ...more,
})

/** This machine without its processes, listeners and programs; parts can be replaced. */
export function quietHost(
  parts: Partial<Host> & { has?: { processes?: ProcessFacts[]; listeners?: Listener[] } } = {},
): Host {
  const { has, ...replaced } = parts
  return {
    ...localHost(),
    processes: async () => has?.processes ?? [],
    listeners: async () => has?.listeners ?? [],
    run: async () => ({ exitCode: 1, signal: null, stdout: '', stderr: '', timedOut: false }),
    ...replaced,
  }
}

/** The files outside the bench that a survey reads, all below one directory. */
export function optionsIn(directory: string): SurveyOptions {
  return {
    nginxConfig: `${directory}/etc/nginx/nginx.conf`,
    hostsFile: `${directory}/etc/hosts`,
    crontabDirectories: [`${directory}/etc/cron.d`, `${directory}/spool/crontabs`],
    supervisorDirectories: [`${directory}/etc/supervisor/conf.d`],
    systemdDirectories: [`${directory}/etc/systemd/system`],
    letsencryptLive: `${directory}/etc/letsencrypt/live`,
    passwordFile: `${directory}/etc/passwd`,
  }
}

/** A process as the machine shows it. */
export function aProcess(pid: number, argv: string[], directory: string | null): ProcessFacts {
  return { pid, startTime: '1', bootId: 'boot', parent: 1, userId: 1000, argv, directory, lostProgram: null }
}
