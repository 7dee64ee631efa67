import { startDraft } from './draft.ts'
import type { NginxEditPlan, NginxFacts, NginxRenameRequest } from './nginx-facts.ts'
import { planCertificate } from './plan-certificate.ts'
import { planMaps } from './plan-maps.ts'
import { planNames } from './plan-names.ts'
import { planRedirect } from './plan-redirect.ts'
import { noteLeftovers, planWords } from './plan-words.ts'
import { reportBroken } from './report-broken.ts'
import { isSafeName, isSafePath, isSafeUrl } from './safe-words.ts'
import { findSiteServers } from './site-servers.ts'

/**
 * What a rename changes in nginx's files: only the site's words, spliced into the text as it stands.
 * Pure. What makes the edit impossible or wrong is a `problem` of the answer; nothing is thrown for it.
 */
export function planNginxRename(facts: NginxFacts, request: NginxRenameRequest): NginxEditPlan {
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
  reportBroken(facts, draft)
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
    ...names.filter((name) => !isSafeName(name)),
    ...paths.filter((path) => !isSafePath(path)),
    ...url.filter((text) => !isSafeUrl(text)),
  ]
}
