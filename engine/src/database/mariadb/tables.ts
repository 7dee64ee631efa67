import type { Connection } from 'mariadb'
import type { ColumnSchema, Row, TableSchema } from '../site-database.ts'
import { SELECT_COLUMNS, SELECT_PRIMARY_KEYS, SELECT_TABLES } from './tables.sql.ts'

export interface MariadbColumn extends ColumnSchema {
  /** null for everything that is not text. */
  characterSet: string | null
  collation: string | null
  /** Changes by itself when its row is updated (ON UPDATE CURRENT_TIMESTAMP). */
  movesOnUpdate: boolean
}

export interface MariadbTable extends TableSchema {
  columns: MariadbColumn[]
}

/** Reads all base tables with their columns and keys, in the order of their names. */
export async function readTables(connection: Connection): Promise<MariadbTable[]> {
  const [tables, columns, keys] = await Promise.all([
    connection.query<Row[]>(SELECT_TABLES),
    connection.query<Row[]>(SELECT_COLUMNS),
    connection.query<Row[]>(SELECT_PRIMARY_KEYS),
  ])
  const columnsOf = Map.groupBy(columns, (row) => String(row['table_name']))
  const keysOf = Map.groupBy(keys, (row) => String(row['table_name']))
  return tables
    .map((row) => {
      const name = String(row['name'])
      return {
        name,
        primaryKey: (keysOf.get(name) ?? []).map((key) => String(key['name'])),
        columns: (columnsOf.get(name) ?? []).map(asColumn),
        dataBytes: Number(row['data_bytes'] ?? 0),
        estimatedRows: Number(row['estimated_rows'] ?? 0),
      }
    })
    .sort((one, other) => (one.name < other.name ? -1 : 1))
}

function asColumn(row: Row): MariadbColumn {
  const maximum = row['maximum_characters'] ?? null
  return {
    name: String(row['name']),
    dataType: String(row['data_type']).toLowerCase(),
    declaredType: String(row['declared_type']),
    maximumCharacters: maximum === null ? null : Number(maximum),
    nullable: row['nullable'] === 'YES',
    generated: row['generated'] === 'ALWAYS',
    characterSet: textOrNull(row['character_set']),
    collation: textOrNull(row['collation']),
    movesOnUpdate: /on update/i.test(String(row['extra'] ?? '')),
  }
}

const textOrNull = (value: Row[string] | undefined) => (value === null || value === undefined ? null : String(value))
