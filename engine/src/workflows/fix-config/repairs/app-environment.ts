import type { Repair } from '../repair.ts'

/** An app that lies in apps/ and that Python does not know. */
export const appEnvironment: Repair = {
  id: 'app-environment',
  findings: ['app-not-in-environment'],
  cause: 'app_not_in_environment',
  remedies: [
    {
      ...{ id: 'install', risk: 'medium', prior: { worked: 8, failed: 2 } },
      describe: "Install the app into the bench's Python environment",
      plan: async ({ facts, host }, { subject }) => {
        const app = facts.apps.find(({ name }) => subject === `${facts.path}/apps/${name}`)
        if (app === undefined || !/^[\w-]+$/.test(app.name)) return null
        const built = await Promise.all(
          ['pyproject.toml', 'setup.py'].map((file) => host.status(`${app.path}/${file}`)),
        )
        if (built.every((one) => one === null)) return null
        return {
          steps: [{ kind: 'install-app', params: { app: app.name } }],
          commands: [`cd ${facts.path} && env/bin/pip install --no-deps -e apps/${app.name}`],
        }
      },
    },
  ],
}
