import type { Place, PlaceName } from '../bench/place.ts'
import type { SiteDatabase } from '../database/site-database.ts'
import type { RunEnvironment } from './environment.ts'

/** The places of a run, each with one connection to its site's database: opened when first asked for, closed with the others. */
export interface OpenedPlaces {
  place(name?: PlaceName): Place
  close(): Promise<void>
}

/** For one step, or one phase's questions: a step that moves a directory must not hold an SQLite file open from the step before. */
export function openPlaces(environment: Pick<RunEnvironment, 'place'>): OpenedPlaces {
  const opened = new Map<PlaceName | undefined, Promise<SiteDatabase>>()
  return {
    place: (name) => {
      const { openDatabase, ...place } = environment.place(name)
      const database = () => {
        const connection = opened.get(name) ?? openDatabase()
        opened.set(name, connection)
        return connection
      }
      return { ...place, database }
    },
    close: async () => {
      for (const connection of opened.values()) {
        // A database that could not be opened has been reported by the work itself.
        const database = await connection.catch(() => undefined)
        await database?.close()
      }
    },
  }
}
