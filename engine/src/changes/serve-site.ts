import { planServeSite } from '../services/nginx/plan-serve.ts'
import { ServeRequest } from '../services/nginx/serve-request.ts'
import { nginxEdit } from './nginx-edit.ts'

/** The bench's nginx serves a site that is new there. */
export const serveSite = nginxEdit({
  kind: 'serve-site',
  request: ServeRequest,
  edits: (facts, request) => planServeSite(facts, request).edits,
  describe: ({ names, certificate }, paths) =>
    `Serve ${names.join(', ')} with nginx${certificate === null ? ' (http only)' : ''} (${paths.join(', ')}), check with nginx -t, reload`,
  names: ({ names }) => ({ after: names, before: [] }),
})
