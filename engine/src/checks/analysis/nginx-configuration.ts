import { dirname } from 'node:path'
import { readTestOutput, testCommand } from '../../services/nginx/commands.ts'
import type { NginxFacts } from '../../services/nginx/nginx-facts.ts'
import { listOrNothing } from '../../services/text-file.ts'
import { type AnalysisContext, benchCheck, type Found } from './analysis-check.ts'
import { serversOfBench } from './nginx-of-bench.ts'

const finds = {
  'nginx-link-dangling': 'a link in nginx’s directories leads nowhere: nginx does not start or reload',
  'nginx-test-failed': 'nginx -t refuses the configuration: it does not start or reload, for no site',
  'nginx-not-running': 'nginx is set up for this bench and does not run',
  'nginx-test-hidden': 'nginx -t may not be run by this user',
}
type Id = keyof typeof finds

/** Whether nginx takes its configuration as a whole, and runs. */
export const nginxConfiguration = benchCheck({
  id: 'nginx-configuration',
  title: 'nginx takes its configuration and runs',
  area: 'proxy',
  timeoutMilliseconds: 8000,
  finds,
  run: async (context) => {
    const { nginx } = context.facts
    if (nginx === null) return []
    const dangling = await danglingLinks(context, nginx)
    if (serversOfBench(nginx, context.benchPaths).length === 0) {
      return dangling.filter(({ evidence }) => context.benchPaths.some((path) => evidence.includes(path)))
    }
    return [...dangling, ...(await tested(context, nginx)), ...running(context, nginx)]
  },
})

async function danglingLinks({ host }: AnalysisContext, nginx: NginxFacts): Promise<Found<Id>[]> {
  const folders = [...new Set(nginx.includes.map(dirname))].filter((folder) => !folder.includes('*'))
  const lists = await Promise.all(
    folders.map(async (folder) => (await listOrNothing(host, folder)).map((name) => `${folder}/${name}`)),
  )
  const looked = await Promise.all(
    lists.flat().map(async (path) => {
      const status = await host.status(path).catch(() => null)
      if (status?.kind !== 'symlink' || (await host.realPath(path).catch(() => null)) !== null) return null
      return { path, target: await host.readLink(path) }
    }),
  )
  return looked
    .filter((one) => one !== null)
    .map(({ path, target }) => ({
      ...{
        id: 'nginx-link-dangling',
        severity: 'critical',
        subject: path,
        evidence: `${path} links to ${target}, which is not there`,
      },
      title: `The nginx link ${path} leads nowhere.`,
      cause: 'The bench was moved, renamed or removed. nginx refuses to start or reload with it, for all sites.',
      remedies: [
        `If that bench is gone: sudo rm ${path}`,
        'If it moved: bench setup nginx there, and link it again: sudo ln -sfn <bench>/config/nginx.conf <link>',
      ],
    }))
}

async function tested({ host }: AnalysisContext, nginx: NginxFacts): Promise<Found<Id>[]> {
  const command = testCommand(nginx)
  if (nginx.program === null) return []
  const hidden = (evidence: string): Found<Id>[] => [
    {
      ...{ id: 'nginx-test-hidden', severity: 'information', subject: nginx.mainConfig, evidence },
      title: 'nginx’s own check of its configuration may not be run by this user.',
      remedies: ['sudo nginx -t'],
    },
  ]
  if (command.privileged === true && (await host.privilege()) === 'none') return hidden('nginx -t needs root')
  const done = await host.run({ ...command, timeoutMilliseconds: 5000 })
  const { ok, problems } = readTestOutput(done)
  if (ok) return []
  if (problems.length === 0) return hidden((done.stderr || `exit code ${done.exitCode}`).trim().slice(0, 300))
  return problems.map(({ problem, file, line }) => ({
    ...{ id: 'nginx-test-failed', severity: 'critical', subject: file ?? nginx.mainConfig },
    title: `nginx refuses its configuration: ${problem}.`,
    evidence: `nginx -t: ${problem}${file === null ? '' : ` in ${file}:${line}`}`,
    cause: 'It goes on with what it had loaded, and does not come up again after a restart.',
    remedies: [
      file === null
        ? 'sudo nginx -t'
        : `Correct ${file}, line ${line}; then sudo nginx -t && sudo systemctl reload nginx`,
    ],
  }))
}

function running({ facts }: AnalysisContext, nginx: NginxFacts): Found<Id>[] {
  if (nginx.master !== null) return []
  return [
    {
      ...{ id: 'nginx-not-running', severity: 'warning', subject: 'nginx' },
      title: 'nginx is set up for this bench and does not run.',
      evidence: `${nginx.mainConfig} serves ${facts.path}; no nginx master process with these files is seen`,
      remedies: ['sudo nginx -t && sudo systemctl start nginx; journalctl -u nginx -n 30 --no-pager'],
    },
  ]
}
