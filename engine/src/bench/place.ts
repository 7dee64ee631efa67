import { z } from 'zod'
import type { AdministratorAccount } from '../database/server-place.ts'
import type { DatabaseAddress, SiteDatabase } from '../database/site-database.ts'
import type { Host } from '../host/host.ts'

/** The two benches of a transfer. What is done on one bench alone names neither. */
export const PlaceName = z.enum(['source', 'target'])
export type PlaceName = z.infer<typeof PlaceName>

/** What is asked for another place than its own, on one bench alone, is a mistake of ours. */
export function noOtherPlace(name: PlaceName): never {
  throw new Error(`This is about one bench alone; it has no ${name}.`)
}

/** A bench on its host, and the site of it that is worked on. */
export interface Place {
  readonly host: Host
  readonly benchPath: string
  /** The site's directory as it is called now. */
  siteDirectory(): Promise<string>
  /** The site's database, opened by the configuration as it stands now; owned by whoever handed out the place, do not close. */
  database(): Promise<SiteDatabase>
  /** Where that database is, by the configuration as it stands now, as it is reached from this machine. */
  address(): Promise<DatabaseAddress>
  /** Who may make and drop databases and users there: asked for when it is first needed; null when nobody was named. Never journalled. */
  administrator(): Promise<AdministratorAccount | null>
}
