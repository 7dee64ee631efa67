/** Tables of the current database, versioned ones too: views and sequences have no rows of their own to search. */
export const SELECT_TABLES = `
SELECT table_name AS name, data_length + index_length AS bytes, data_length AS data_bytes, table_rows AS estimated_rows,
  (SELECT transactions FROM information_schema.engines WHERE engines.engine = tables.engine) AS transactional
FROM information_schema.tables
WHERE table_schema = DATABASE() AND table_type IN ('BASE TABLE', 'SYSTEM VERSIONED')`

export const SELECT_COLUMNS = `
SELECT table_name AS table_name, column_name AS name, data_type AS data_type, column_type AS declared_type,
  character_maximum_length AS maximum_characters, is_nullable AS nullable, is_generated AS generated,
  character_set_name AS character_set, collation_name AS collation, extra AS extra
FROM information_schema.columns
WHERE table_schema = DATABASE()
ORDER BY table_name, ordinal_position`

/** A key over the first letters of a column says nothing about whole values, but it, too, refuses equal ones. */
export const SELECT_UNIQUE_COLUMNS = `
SELECT table_name AS table_name, MIN(column_name) AS name
FROM information_schema.statistics
WHERE table_schema = DATABASE() AND non_unique = 0 AND index_name <> 'PRIMARY'
GROUP BY table_name, index_name HAVING COUNT(*) = 1`

export const SELECT_PRIMARY_KEYS = `
SELECT table_name AS table_name, column_name AS name
FROM information_schema.statistics
WHERE table_schema = DATABASE() AND index_name = 'PRIMARY'
ORDER BY table_name, seq_in_index`
