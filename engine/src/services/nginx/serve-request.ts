import { z } from 'zod'

/** What a new site of a bench wants of the bench's nginx: plain data, as a plan keeps it. */
export const ServeRequest = z.object({
  /** Its directory below `sitesPath`; handed on as X-Frappe-Site-Name, so that no map and no multitenancy setting matters. */
  site: z.string(),
  names: z.array(z.string()).min(1),
  sitesPath: z.string(),
  /** `webserver_port`, `socketio_port`. */
  webPort: z.number(),
  socketPort: z.number(),
  /** Seconds a request may take: `http_timeout`, bench's template has 120. */
  timeoutSeconds: z.number(),
  /** As nginx writes it: bench's template has `50m`. */
  bodySize: z.string(),
  certificate: z.object({ certificate: z.string(), key: z.string() }).nullable(),
  /** Visitors who come over http are sent to https. Never without a certificate. */
  redirect: z.boolean(),
  /** Addresses of a server that hands visitors on to this one: what it says of their address and scheme is believed. */
  forwarders: z.array(z.string()),
})
export type ServeRequest = z.infer<typeof ServeRequest>

/** What the site's present server does with its visitors once the site is elsewhere. */
export const ForwardRequest = z.object({
  site: z.string(),
  names: z.array(z.string()).min(1),
  sitesPath: z.string(),
  webPorts: z.array(z.number()),
  timeoutSeconds: z.number(),
  /** Host for visitors of a block that takes any host (a port of the site's own). */
  mainName: z.string(),
  /** `https` is verified by the name asked for, against these authorities. */
  target: z.object({ address: z.string(), port: z.number(), authorities: z.string().nullable() }).nullable(),
  /** The site has another name there: visitors are sent to it instead. */
  redirectTo: z.string().nullable(),
})
export type ForwardRequest = z.infer<typeof ForwardRequest>
