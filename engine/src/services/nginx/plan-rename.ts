import { type Draft, startDraft } from './draft.ts'
import type { NginxFacts, NginxRenamePlan, NginxRenameRequest } from './nginx-facts.ts'
import { planCertificate } from './plan-certificate.ts'
import { planMaps } from './plan-maps.ts'
import { planNames } from './plan-names.ts'
import { planRedirect } from './plan-redirect.ts'
import { noteLeftovers, planWords } from './plan-words.ts'
import { findSiteServers } from './site-servers.ts'

/**
 * What a rename changes in nginx's files: only the site's words, spliced into the text as it stands.
 * Pure. What makes the edit impossible or wrong is a `problem` of the answer; nothing is thrown for it.
 */
export function planNginxRename(facts: NginxFacts, request: NginxRenameRequest): NginxRenamePlan {
  const draft = startDraft(facts)
  const unsafe = unsafeValues(request)
  if (unsafe.length > 0) {
    for (const value of unsafe)
      draft.problem(
        facts.mainConfig,
        null,
        `nginx cannot take ${JSON.stringify(value)} as a plain word.`,
        'Choose another name or path.',
      )
    return draft.finish()
  }
  for (const { path, problem } of facts.files) if (problem !== null) reportBroken(draft, path, problem)
  const servers = findSiteServers(facts, request, draft)
  const removed = planNames(facts, request, servers, draft)
  const kept = servers.filter(({ server }) => !removed.has(server))
  planMaps(facts, request, servers, removed, draft)
  planWords(facts, request, kept, draft)
  planCertificate(request, servers, removed, draft)
  planRedirect(facts, request, servers, removed, draft)
  noteLeftovers(facts, request, kept, draft)
  return draft.finish()
}

function reportBroken(draft: Draft, path: string, problem: string): void {
  const line = Number(/^line (\d+)/.exec(problem)?.[1] ?? 0)
  const { text } = draft.file(path)
  const start =
    text
      .split('\n')
      .slice(0, line - 1)
      .join('\n').length + (line > 1 ? 1 : 0)
  draft.problem(
    path,
    line === 0 ? null : { start, end: start },
    problem,
    problem.startsWith('cannot be read')
      ? 'Let the owner of the bench read the file, so that a name served twice can be noticed.'
      : 'Correct the file first (`nginx -t` names the same place); nothing in it can be edited safely.',
  )
}

/** Names and paths come from outside: nothing that nginx would read as its own syntax may get into a file. */
function unsafeValues(request: NginxRenameRequest): string[] {
  const names = [
    ...request.hosts.flatMap(({ from, to }) => [from, to]),
    ...(request.directory ? [request.directory.from, request.directory.to] : []),
    ...(request.redirect ? [request.redirect.from, ...(request.redirect.also ?? [])] : []),
  ]
  const pairs = [request.certificate, request.redirect?.tls].filter((pair) => pair !== null && pair !== undefined)
  const paths = pairs.flatMap((pair) => [pair.certificate, pair.key])
  const url = request.redirect ? [request.redirect.toUrl] : []
  return [
    ...names.filter((name) => !/^[\w][\w.-]*$/.test(name)),
    // `$` starts a variable and cannot be escaped (ngx_http_script.c).
    ...paths.filter((path) => !/^\/[^$\n\r\0]*$/.test(path)),
    ...url.filter((text) => !/^https?:\/\/[\w.-]+(:\d+)?\/?$/.test(text)),
  ]
}
