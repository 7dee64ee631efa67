import { mkdir, rm, writeFile } from 'node:fs/promises'
import type { Fault } from '../fault.ts'
import { SITE, type Stage } from '../stage.ts'

const APPS = 'sites/apps.txt'
const benchCommand = async (stage: Stage) => {
  const { stdout, stderr } = await stage.bench.bench(['--site', SITE, 'list-apps'])
  return `${stdout}${stderr}`
}

export const apps: Fault[] = [
  {
    name: 'apps.txt gone',
    put: (stage) => rm(stage.path(APPS)),
    output: benchCommand,
    ...{
      finding: 'apps-txt-missing',
      cause: ['app_not_in_apps_txt', 'missing_app'],
      repair: 'low',
      touches: [APPS],
      quick: true,
    },
  },
  {
    name: 'an app twice in apps.txt',
    put: (stage) => writeFile(stage.path(APPS), 'frappe\nfrappe\n'),
    output: async () => '',
    ...{ finding: 'app-listed-twice', cause: [], repair: 'low', touches: [APPS] },
  },
  {
    name: 'apps.json corrupt',
    put: (stage) => writeFile(stage.path('sites/apps.json'), '{"frappe": {"is_repo": tru'),
    output: async (stage) => {
      const { stdout, stderr } = await stage.bench.bench(['version'])
      return `${stdout}${stderr}`
    },
    ...{
      finding: 'apps-json-corrupt',
      cause: ['bench_apps_json_corrupt', 'config_emptied_by_full_disk'],
      repair: 'low',
      touches: ['sites/apps.json'],
    },
  },
  {
    name: 'an app listed that is not there',
    put: (stage) => writeFile(stage.path(APPS), 'frappe\nshop_extras\n'),
    output: benchCommand,
    ...{
      finding: ['app-missing'],
      cause: ['missing_app', 'app_not_in_environment', 'app_not_in_apps_txt'],
      repair: 'no',
    },
  },
  {
    name: 'an app in apps/ that apps.txt does not list',
    put: async (stage) => {
      await mkdir(stage.path('apps/shop_extras/shop_extras'), { recursive: true })
      await writeFile(stage.path('apps/shop_extras/shop_extras/hooks.py'), 'app_name = "shop_extras"\n')
      await writeFile(
        stage.path('apps/shop_extras/pyproject.toml'),
        '[project]\nname = "shop_extras"\nversion = "1.0"\n',
      )
    },
    output: async () => '',
    ...{ finding: 'app-not-listed', cause: [], repair: 'medium', touches: [APPS] },
  },
  {
    name: 'the framework gone from the Python environment',
    put: async (stage) => {
      await stage.type('env/bin/python', '-m', 'pip', 'uninstall', '--yes', '--quiet', 'frappe')
    },
    output: benchCommand,
    ...{
      finding: 'app-not-in-environment',
      cause: ['app_not_in_environment', 'missing_app', 'python_module_missing'],
      repair: 'medium',
    },
    end: async (stage) => {
      await stage.type('env/bin/python', '-m', 'pip', 'install', '--quiet', '--no-deps', '-e', 'apps/frappe')
    },
  },
]
