import type { Connection } from 'mariadb'
import type { Row } from '../site-database.ts'

/** What has to be known of a server that a site comes from or goes to. */
export interface ServerFacts {
  /** `10.11.19-MariaDB-0+deb12u1` */
  version: string
  /** Full names, in small letters. */
  collations: string[]
  characterSets: string[]
  /** Bytes of the largest statement it takes. */
  maxAllowedPacket: number
  /** Host part of the account that was let in: `localhost`, `%`. */
  accountHost: string
  /** Host part the server sees us come from. */
  seenFrom: string
  /** Storage engines it has. */
  engines: string[]
  settings: ServerSettings
}

/** Settings that two servers should share, or that tell what a copy may use. */
export interface ServerSettings {
  sqlMode: string
  /** 0: names of tables as written; 1: in small letters; 2: kept, compared without case. */
  lowerCaseTableNames: number
  localInfile: boolean
  binaryLog: boolean
  /** Seconds since the epoch by its clock. */
  clockSeconds: number
}

export async function readServerFacts(connection: Connection): Promise<ServerFacts> {
  const [row] = await connection.query<Row[]>(
    `SELECT VERSION() AS version, @@global.max_allowed_packet AS packet, CURRENT_USER() AS account, USER() AS seen,
       @@global.sql_mode AS sql_modes, @@global.lower_case_table_names AS letters, @@global.local_infile AS local_files, @@global.log_bin AS logged,
       CAST(UNIX_TIMESTAMP(UTC_TIMESTAMP(3)) AS CHAR) AS clock`,
  )
  const names = async (sql: string) => (await connection.query<Row[]>(sql)).map((one) => String(one['name']))
  const hostOf = (account: unknown) =>
    String(account ?? '')
      .split('@')
      .at(-1) ?? ''
  return {
    version: String(row?.['version'] ?? ''),
    // From 10.10.1 a collation of UCA 14.0.0 stands in the first list without its character set.
    collations: [
      ...new Set(
        [
          ...(await names('SELECT collation_name AS name FROM information_schema.collations')),
          ...(await fullCollations(connection)),
        ].map((name) => name.toLowerCase()),
      ),
    ],
    characterSets: await names('SELECT character_set_name AS name FROM information_schema.character_sets'),
    maxAllowedPacket: Number(row?.['packet'] ?? 0),
    accountHost: hostOf(row?.['account']),
    seenFrom: hostOf(row?.['seen']),
    engines: await names("SELECT engine AS name FROM information_schema.engines WHERE support IN ('YES', 'DEFAULT')"),
    settings: {
      sqlMode: String(row?.['sql_modes'] ?? ''),
      lowerCaseTableNames: Number(row?.['letters'] ?? 0),
      localInfile: isOn(row?.['local_files']),
      binaryLog: isOn(row?.['logged']),
      clockSeconds: Number(row?.['clock'] ?? 0),
    },
  }
}

const isOn = (value: Row[string] | undefined): boolean => ['1', 'ON'].includes(String(value))

async function fullCollations(connection: Connection): Promise<string[]> {
  const [column] = await connection.query<Row[]>(
    `SELECT 1 AS there FROM information_schema.columns WHERE table_schema = 'information_schema'
       AND table_name = 'COLLATION_CHARACTER_SET_APPLICABILITY' AND column_name = 'FULL_COLLATION_NAME'`,
  )
  if (column === undefined) return []
  const rows = await connection.query<Row[]>(
    'SELECT full_collation_name AS name FROM information_schema.collation_character_set_applicability',
  )
  return rows.map((row) => String(row['name']))
}
