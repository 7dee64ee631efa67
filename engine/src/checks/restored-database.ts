import { z } from 'zod'
import { keptPath, readKeptAddress } from '../database/kept-address.ts'
import { openSiteDatabase } from '../database/open.ts'
import { reachedAddress } from '../database/reached-address.ts'
import type { SiteDatabase } from '../database/site-database.ts'
import type { CheckContext } from './check.ts'

/** The database a step of the run made, while the site does not use it yet: its address is in the vault. The caller closes it. */
export async function openRestored(context: CheckContext, madeBy: string): Promise<SiteDatabase> {
  const { address } = z.object({ address: z.string() }).parse(context.afterOf(madeBy))
  if (context.vault === null) throw new Error('the address of a database is in the vault of its run')
  return openSiteDatabase(await reachedAddress(context.host, await readKeptAddress(keptPath(context.vault, address))))
}
