import type { JsonFile } from '../../bench/bench-facts.ts'
import { benchCheck, type Found } from './analysis-check.ts'

const finds = {
  'maintenance-left-on': 'maintenance_mode is on: every page answers 503',
  'scheduler-paused': 'pause_scheduler is set: no scheduled job is started',
  'scheduler-disabled': 'disable_scheduler is set, or System Settings say so: no scheduled job is started',
  'emails-muted': 'mute_emails is set: no mail leaves the site',
  'developer-mode-on': 'developer_mode is on where supervisor or systemd run the bench',
}
type Id = keyof typeof finds

/** Switches that are right for a while and wrong when they stay: maintenance, paused scheduler, muted mail. */
export const siteState = benchCheck({
  id: 'site-state',
  title: 'No switch was left in an odd state',
  area: 'configuration',
  finds,
  run: async ({ facts }) => {
    const production = ['supervisor', 'systemd'].includes(facts.processManager.kind)
    const files = [
      { file: facts.commonConfig, site: null },
      ...facts.sites.map((one) => ({ file: one.config, site: one.name })),
    ]
    return files.flatMap(({ file, site }) => switches(file, site, production))
  },
})

/** Python's truth: any text that is not empty counts, "0" too. */
const isOn = (value: unknown): boolean =>
  value !== undefined && value !== null && value !== false && value !== 0 && value !== ''

function switches(file: JsonFile, site: string | null, production: boolean): Found<Id>[] {
  const whom = site === null ? 'All sites of this bench' : `The site ${site}`
  const verb = site === null ? 'are' : 'is'
  const scope = site === null ? '-g' : ''
  const bench = site === null ? 'bench' : `bench --site ${site}`
  const found: Found<Id>[] = []
  const look = (key: string, id: Id, severity: Found['severity'], title: string, remedies: string[], cause: string) => {
    const value = file.value?.[key]
    if (!isOn(value)) return
    const odd = value === '0' ? ' (a text, which counts as on)' : ''
    found.push({
      id,
      severity,
      title,
      cause,
      remedies,
      evidence: `${file.path}: "${key}": ${JSON.stringify(value)}${odd}`,
      subject: site ?? file.path,
    })
  }
  const unset = (key: string) =>
    `bench ${site === null ? '' : `--site ${site} `}set-config ${scope} -p ${key} 0`.replace(/ +/g, ' ')
  look(
    'maintenance_mode',
    'maintenance-left-on',
    'warning',
    `${whom} ${verb} in maintenance: every page answers 503.`,
    [site === null ? unset('maintenance_mode') : `${bench} set-maintenance-mode off`, unset('maintenance_mode')],
    'bench update, migrate or restore turn it on and leave it on when they fail.',
  )
  look(
    'pause_scheduler',
    'scheduler-paused',
    'warning',
    `The scheduler of ${site ?? 'all sites'} is paused: no scheduled job is started.`,
    [unset('pause_scheduler'), ...(site === null ? [] : [`${bench} scheduler resume`])],
    'bench update pauses it and leaves it paused when it fails.',
  )
  look(
    'disable_scheduler',
    'scheduler-disabled',
    'warning',
    `The scheduler of ${site ?? 'all sites'} is disabled in the configuration.`,
    [unset('disable_scheduler')],
    'Somebody turned it off by hand.',
  )
  look(
    'mute_emails',
    'emails-muted',
    'information',
    `${whom} ${verb === 'is' ? 'sends' : 'send'} no mail: mute_emails is set.`,
    [unset('mute_emails')],
    'Right for a copy, wrong for the real site.',
  )
  if (production) {
    look(
      'developer_mode',
      'developer-mode-on',
      'information',
      `${whom} ${verb} in developer mode.`,
      [unset('developer_mode')],
      'It slows pages down and lets the desk write into apps/.',
    )
  }
  return found
}
