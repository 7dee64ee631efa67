import type { Check } from './check.ts'

export const databaseReachable: Check = {
  id: 'database-reachable',
  title: 'Database answers',
  run: async (context) => {
    try {
      const database = await context.database()
      await database.read('SELECT 1 AS one')
      return { status: 'passed', critical: true, evidence: `${database.label}, ${await database.serverVersion()}` }
    } catch (error) {
      const evidence = error instanceof Error ? error.message : String(error)
      return {
        status: 'failed',
        critical: true,
        evidence,
        remedy: 'Start the database server and check db_host, db_user and db_password.',
      }
    }
  },
}
