import { z } from 'zod'
import { planNginxRename } from '../services/nginx/plan-rename.ts'
import { nginxEdit } from './nginx-edit.ts'

const Word = z.object({ from: z.string(), to: z.string() })
const Certificate = z.object({ certificate: z.string(), key: z.string() })

export const NginxRequest = z.object({
  hosts: z.array(Word),
  directory: Word.nullable(),
  sitesPath: z.string(),
  siteNames: z.array(z.string()),
  webPorts: z.array(z.number()),
  commonName: z.string().exactOptional(),
  certificate: Certificate.nullable(),
  redirect: z
    .object({
      from: z.string(),
      also: z.array(z.string()).exactOptional(),
      toUrl: z.string(),
      status: z.union([z.literal(307), z.literal(308)]),
      tls: Certificate.nullable(),
    })
    .nullable(),
})

/** A site gets another name in nginx's files. */
export const proxyConfig = nginxEdit({
  kind: 'proxy-config',
  request: NginxRequest,
  edits: (facts, request) => planNginxRename(facts, request).edits,
  describe: (_request, paths) => `Edit nginx (${paths.join(', ')}), check with nginx -t, reload`,
  names: ({ hosts }) => ({ after: hosts.map(({ to }) => to), before: hosts.map(({ from }) => from) }),
})
