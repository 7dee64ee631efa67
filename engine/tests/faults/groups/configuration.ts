import { readFile, writeFile } from 'node:fs/promises'
import type { Fault } from '../fault.ts'
import { SITE, type Stage } from '../stage.ts'

const COMMON = 'sites/common_site_config.json'
const OWN = `sites/${SITE}/site_config.json`

async function edit(stage: Stage, file: string, change: (text: string) => string): Promise<void> {
  const text = await readFile(stage.path(file), 'utf8')
  const changed = change(text)
  if (changed === text) throw new Error(`the fault changed nothing in ${file}`)
  await writeFile(stage.path(file), changed)
}
const set = (stage: Stage, file: string, keys: Record<string, unknown>) =>
  edit(stage, file, (text) => JSON.stringify({ ...JSON.parse(text), ...keys }, null, 1))

const benchCommand = (stage: Stage) => stage.bench.bench(['--site', SITE, 'list-apps']).then(said)
const said = ({ stdout, stderr }: { stdout: string; stderr: string }): string => `${stdout}${stderr}`
const page = (stage: Stage) => stage.curl()

export const configuration: Fault[] = [
  {
    name: 'byte order mark in site_config.json',
    put: (stage) => edit(stage, OWN, (text) => `\uFEFF${text}`),
    output: benchCommand,
    ...{ finding: 'config-byte-order-mark', cause: 'site_config_invalid', repair: 'low', touches: [OWN], quick: true },
  },
  {
    name: 'comma after the last key of common_site_config.json',
    put: (stage) => edit(stage, COMMON, (text) => text.replace(/\n}\s*$/, ',\n}\n')),
    output: benchCommand,
    ...{ finding: 'config-invalid-json', cause: 'site_config_invalid', repair: 'low', touches: [COMMON] },
  },
  {
    name: 'comment in site_config.json',
    put: (stage) => edit(stage, OWN, (text) => text.replace('{', '{\n // changed for the new office')),
    output: benchCommand,
    ...{ finding: 'config-invalid-json', cause: 'site_config_invalid', repair: 'low', touches: [OWN] },
  },
  {
    name: 'missing comma in site_config.json',
    put: (stage) => edit(stage, OWN, (text) => text.replace(/",\n/, '"\n')),
    output: benchCommand,
    ...{ finding: 'config-invalid-json', cause: 'site_config_invalid', repair: 'no' },
  },
  {
    name: 'site_config.json cut off',
    put: (stage) => edit(stage, OWN, (text) => text.slice(0, text.length / 2)),
    output: benchCommand,
    ...{ finding: 'config-invalid-json', cause: 'site_config_invalid', repair: 'no' },
  },
  {
    name: 'key twice in site_config.json',
    put: (stage) => edit(stage, OWN, (text) => text.replace('{', '{\n "host_name": "http://old.example.com",')),
    output: async () => '',
    ...{ finding: 'config-duplicate-key', cause: [], repair: 'low', touches: [OWN] },
  },
  {
    name: 'maintenance left on',
    put: (stage) => set(stage, OWN, { maintenance_mode: 1 }),
    output: page,
    ...{
      finding: 'maintenance-left-on',
      cause: 'maintenance_mode_left_on',
      repair: 'low',
      touches: [OWN],
    },
  },
  {
    name: 'maintenance_mode as text "0"',
    put: (stage) => set(stage, OWN, { maintenance_mode: '0' }),
    output: page,
    ...{ finding: 'maintenance-left-on', cause: 'maintenance_mode_left_on', repair: 'low', touches: [OWN] },
  },
  {
    name: 'scheduler left paused, of the bench and of the site',
    put: async (stage) => {
      await set(stage, COMMON, { pause_scheduler: 1 })
      await set(stage, OWN, { pause_scheduler: 1 })
    },
    output: async () => '',
    ...{ finding: 'scheduler-paused', cause: [], repair: 'low', touches: [OWN, COMMON] },
  },
  {
    name: 'port as a word',
    put: (stage) => set(stage, COMMON, { file_watcher_port: ':6787' }),
    output: async () => '',
    ...{ finding: 'config-wrong-type', cause: [], repair: 'low', touches: [COMMON] },
  },
  {
    name: 'host_name without scheme',
    put: (stage) => set(stage, OWN, { host_name: SITE }),
    output: async () => '',
    ...{ finding: 'host-name-without-scheme', cause: [], repair: 'low', touches: [OWN] },
  },
  {
    name: 'host_name with the old name',
    put: (stage) => set(stage, OWN, { host_name: 'http://old.example.com' }),
    output: async () => '',
    ...{ finding: 'host-name-not-served', cause: [], repair: 'medium', touches: [OWN] },
  },
  {
    name: 'default_site gone',
    put: (stage) => set(stage, COMMON, { default_site: 'gone.example.com' }),
    output: async (stage) => said(await stage.bench.bench(['list-apps'])),
    ...{
      finding: 'default-site-missing',
      cause: ['site_misconfiguration', 'site_not_selected'],
      repair: 'low',
      touches: [COMMON],
    },
  },
  {
    name: 'scheduler disabled by hand',
    put: (stage) => set(stage, COMMON, { disable_scheduler: 1 }),
    output: async () => '',
    ...{ finding: 'scheduler-disabled', cause: [], repair: 'medium', touches: [COMMON] },
  },
  {
    name: 'a switch as the word "true"',
    put: (stage) => set(stage, COMMON, { dns_multitenant: 'true' }),
    output: async () => '',
    ...{ finding: 'config-wrong-type', cause: [], repair: 'low', touches: [COMMON] },
  },
  {
    name: 'domains as a text instead of a list',
    put: (stage) => set(stage, OWN, { domains: 'www.example.com' }),
    output: async (stage) => said(await stage.bench.bench(['setup', 'nginx', '--yes'])),
    ...{
      finding: 'config-wrong-type',
      cause: ['site_misconfiguration', 'site_config_invalid', 'bench_tool_fault'],
      repair: 'low',
      touches: [OWN],
    },
  },
  {
    name: 'host_name that is no address',
    put: (stage) => set(stage, OWN, { host_name: 'http://' }),
    output: async () => '',
    ...{ finding: 'host-name-invalid', cause: [], repair: 'medium', touches: [OWN] },
  },
]
