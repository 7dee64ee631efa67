/** What a statement of a dump is for; decides what the filter does with it. */
export type StatementKind =
  | 'insert'
  | 'create-table'
  | 'create-view'
  | 'create-trigger'
  | 'create-routine'
  | 'create-sequence'
  | 'create-database'
  | 'use'
  | 'alter-table'
  | 'drop'
  | 'lock'
  | 'set'
  /** Session variables only the server's administrator may set, and GLOBAL ones. */
  | 'set-server'
  | 'set-sequence'
  | 'transaction'
  /** Users, grants, plug-ins, replication: it reaches beyond the database. */
  | 'beyond'
  /** Rows as pg_dump writes them. */
  | 'copy'
  | 'other'
  | 'comment'
  | 'blank'
  | 'delimiter'
  | 'sandbox'

export interface Classified {
  kind: StatementKind
  /** The table, view, routine or database it is about. */
  name: string | null
  /** Of a name written as `database`.`table`. */
  database: string | null
  /** An INSERT with a list of columns before its VALUES. */
  columnList: boolean
}

const PART = '(?:`(?:[^`]|``)*`|"(?:[^"]|"")*"|[\\w$.@%\\u0080-\\uffff-]+)'
const WORD = '(?:`(?:[^`]|``)*`|"(?:[^"]|"")*"|[\\w$\\u0080-\\uffff]+)'
const NAME = `(?:(${WORD})\\s*\\.\\s*)?(${WORD})`
const ACCOUNT = `(?:(?:'[^']*'|${PART})(?:\\s*@\\s*(?:'[^']*'|${PART}))?(?:\\s*\\(\\s*\\))?)`
const OPTIONS = `(?:OR\\s+REPLACE\\s+|ALGORITHM\\s*=\\s*\\w+\\s+|DEFINER\\s*=\\s*${ACCOUNT}\\s+|SQL\\s+SECURITY\\s+\\w+\\s+|AGGREGATE\\s+|TEMPORARY\\s+)*`

const INSERT = new RegExp(
  `^(?:INSERT|REPLACE)\\s+(?:(?:LOW_PRIORITY|DELAYED|HIGH_PRIORITY|IGNORE)\\s+)*(?:INTO\\s+)?${NAME}\\s*(\\()?`,
  'i',
)
const CREATE = new RegExp(
  `^CREATE\\s+${OPTIONS}(TABLE|VIEW|TRIGGER|PROCEDURE|FUNCTION|EVENT|PACKAGE(?:\\s+BODY)?|SEQUENCE|DATABASE|SCHEMA)\\s+(?:IF\\s+NOT\\s+EXISTS\\s+)?${NAME}`,
  'i',
)
const ABOUT_NAME = new RegExp(
  `^(?:(ALTER\\s+TABLE)|(DROP\\s+(?:TABLE|VIEW|SEQUENCE|TRIGGER|PROCEDURE|FUNCTION|EVENT)(?:\\s+IF\\s+EXISTS)?)|(LOCK\\s+TABLES?)|(USE)|((?:DROP|ALTER)\\s+DATABASE(?:\\s+IF\\s+EXISTS)?)|((?:DO|SELECT)\\s+SETVAL\\s*\\())\\s*${NAME}`,
  'i',
)
const SERVER_SETTING = /\bGLOBAL\b|\bPERSIST\b|GTID_PURGED|SQL_LOG_BIN|@@GLOBAL/i
const BEYOND =
  /^(?:GRANT|REVOKE|CREATE\s+(?:OR\s+REPLACE\s+)?(?:USER|ROLE|SERVER)|(?:ALTER|DROP|RENAME)\s+(?:USER|ROLE|SERVER)|SET\s+(?:PASSWORD|DEFAULT\s+ROLE|ROLE)|INSTALL|UNINSTALL|CHANGE\s+(?:MASTER|REPLICATION)|FLUSH|PURGE|RESET|KILL|SHUTDOWN|(?:START|STOP)\s+(?:SLAVE|REPLICA)|LOAD\s+DATA)\b/i

const CREATED: Record<string, StatementKind> = {
  TABLE: 'create-table',
  VIEW: 'create-view',
  TRIGGER: 'create-trigger',
  SEQUENCE: 'create-sequence',
  DATABASE: 'create-database',
  SCHEMA: 'create-database',
}

/**
 * Tells a statement by its first two kilobytes. Executable comments are read as what is in them.
 * @param head its opening as text; a name cut off at the end is not recognized
 */
export function classify(head: string): Classified {
  const text = head.replace(/\/\*M?!\d*|\*\//g, ' ').trim()
  const none = { name: null, database: null, columnList: false }
  const insert = INSERT.exec(text)
  if (insert !== null) return { kind: 'insert', ...named(insert[1], insert[2]), columnList: insert[3] !== undefined }
  const create = CREATE.exec(text)
  if (create?.[1] !== undefined) {
    const kind = CREATED[create[1].toUpperCase()] ?? 'create-routine'
    return { kind, ...named(create[2], create[3]), columnList: false }
  }
  if (BEYOND.test(text)) return { kind: 'beyond', ...none }
  if (/^SET\b/i.test(text)) return { kind: SERVER_SETTING.test(text) ? 'set-server' : 'set', ...none }
  const about = ABOUT_NAME.exec(text)
  if (about !== null) {
    const kinds: StatementKind[] = ['alter-table', 'drop', 'lock', 'use', 'create-database', 'set-sequence']
    const kind = kinds.find((_, index) => about[index + 1] !== undefined) ?? 'other'
    return { kind, ...named(about[7], about[8]), columnList: false }
  }
  if (/^UNLOCK\s+TABLES/i.test(text)) return { kind: 'lock', ...none }
  if (/^(?:START\s+TRANSACTION|BEGIN|COMMIT)\b/i.test(text)) return { kind: 'transaction', ...none }
  if (/^COPY\b.*\bFROM\s+stdin/is.test(text)) return { kind: 'copy', ...none }
  return { kind: 'other', ...none }
}

function named(
  database: string | undefined,
  name: string | undefined,
): { name: string | null; database: string | null } {
  return {
    name: name === undefined ? null : unquoted(name),
    database: database === undefined ? null : unquoted(database),
  }
}

/** A name without its quotes. */
export function unquoted(name: string): string {
  const quote = name[0]
  if (quote !== '`' && quote !== '"' && quote !== "'") return name
  return name.slice(1, -1).replaceAll(quote + quote, quote)
}
