import type { Connection } from 'mariadb'
import type { ColumnSchema, Row, TableSchema } from '../site-database.ts'
import { SELECT_COLUMNS, SELECT_PRIMARY_KEYS, SELECT_TABLES, SELECT_UNIQUE_COLUMNS } from './tables.sql.ts'

export interface MariadbColumn extends ColumnSchema {
  collation: string | null
  /** Changes by itself when its row is updated (ON UPDATE CURRENT_TIMESTAMP). */
  movesOnUpdate: boolean
}

export interface MariadbTable extends TableSchema {
  columns: MariadbColumn[]
  /** Whether a failed chunk can be taken back (InnoDB); MyISAM and Aria keep what was written. */
  transactional: boolean
}

/** Reads all base tables with their columns and keys, in the order of their names. */
export async function readTables(connection: Connection): Promise<MariadbTable[]> {
  const [tables, columns, keys, unique] = await Promise.all([
    connection.query<Row[]>(SELECT_TABLES),
    connection.query<Row[]>(SELECT_COLUMNS),
    connection.query<Row[]>(SELECT_PRIMARY_KEYS),
    connection.query<Row[]>(SELECT_UNIQUE_COLUMNS),
  ])
  const columnsOf = Map.groupBy(columns, (row) => String(row['table_name']))
  const keysOf = Map.groupBy(keys, (row) => String(row['table_name']))
  const uniqueOf = Map.groupBy(unique, (row) => String(row['table_name']))
  return tables
    .map((row) => {
      const name = String(row['name'])
      return {
        name,
        primaryKey: (keysOf.get(name) ?? []).map((key) => String(key['name'])),
        uniqueColumns: (uniqueOf.get(name) ?? []).map((key) => String(key['name'])),
        columns: (columnsOf.get(name) ?? []).map(asColumn),
        dataBytes: Number(row['data_bytes'] ?? 0),
        estimatedRows: Number(row['estimated_rows'] ?? 0),
        transactional: row['transactional'] === 'YES',
      }
    })
    .sort((one, other) => (one.name < other.name ? -1 : 1))
}

/** The catalogue tells the size of these as characters; it is bytes, whatever the character set. */
const BYTE_LIMITED = new Set(['tinytext', 'text', 'mediumtext'])

function asColumn(row: Row): MariadbColumn {
  const dataType = String(row['data_type']).toLowerCase()
  const maximum = row['maximum_characters'] === null ? null : Number(row['maximum_characters'])
  const inBytes = BYTE_LIMITED.has(dataType)
  return {
    name: String(row['name']),
    dataType,
    declaredType: String(row['declared_type']),
    maximumCharacters: inBytes ? null : maximum,
    maximumBytes: inBytes ? maximum : null,
    nullable: row['nullable'] === 'YES',
    // Period columns of a versioned table are written by the server although the catalogue calls them ordinary.
    generated: row['generated'] === 'ALWAYS' || /GENERATED/.test(String(row['extra'] ?? '')),
    characterSet: textOrNull(row['character_set']),
    collation: textOrNull(row['collation']),
    movesOnUpdate: /on update/i.test(String(row['extra'] ?? '')),
  }
}

const textOrNull = (value: Row[string] | undefined) => (value === null || value === undefined ? null : String(value))
