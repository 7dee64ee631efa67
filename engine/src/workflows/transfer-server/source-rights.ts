import { creationStatements, sufficientGrants } from '../../database/mariadb/administration.ts'
import type { SourceFacts } from './input.ts'

/** What an account needs that is not root's, to make the run's own account and to take the site's write rights. */
export const sufficientSourceGrants = (database: string): string[] => sufficientGrants(database)

/** What the administrator of the source does: an account for the run alone, which may do there what the site's own may, and hand it on. */
export function sourceStatements({ runAccount, site, database }: SourceFacts): string[] {
  const made = creationStatements({
    ...{ database: site.databaseName ?? '', user: runAccount, hosts: [database.server.accountHost] },
    ...{ characterSet: 'utf8mb4', collation: 'utf8mb4_unicode_ci' },
  })
  return made
    .filter((statement) => !statement.startsWith('CREATE DATABASE'))
    .map((statement) => (statement.startsWith('GRANT') ? statement.replace(/;$/, ' WITH GRANT OPTION;') : statement))
}
