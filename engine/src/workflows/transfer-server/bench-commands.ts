import { shellWord } from '../../host/shell-word.ts'
import { appOf, type SideFacts } from './input.ts'

/** What getting an app at the target takes, so that it is as the source has it. */
export function appToGet(source: SideFacts, app: string) {
  const { branch = null, commit = null } = appOf(source, app) ?? {}
  const checkout = source.checkouts.find((one) => one.app === app)
  return { app, url: checkout?.url ?? app, branch, commit }
}

/** What to type at the target so that it has an app as the source has it: by bench, then at the source's commit. */
export function getAppCommands(source: SideFacts, app: string): string[] {
  const { url, branch, commit } = appToGet(source, app)
  const named = branch === null ? '' : ` --branch ${shellWord(branch)}`
  return [
    `bench get-app ${shellWord(url)}${named}`,
    // bench clones the newest commit of a branch alone; the remote is called upstream there.
    ...(commit === null
      ? []
      : [
          `git -C apps/${shellWord(app)} fetch --depth 1 upstream ${commit} && git -C apps/${shellWord(app)} checkout ${commit}`,
        ]),
  ]
}
