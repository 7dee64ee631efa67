/** One document of the throwaway site; for a single DocType `values` become rows of tabSingles. */
export interface ContentRow {
  doctype: string
  name: string
  values: Record<string, string | number | null>
  /** Set for rows of child tables. */
  parent?: { doctype: string; name: string; field: string }
  /** 0 draft, 1 submitted, 2 cancelled. */
  docstatus?: 0 | 1 | 2
}

/** A row of `__Auth`: `secret` is encrypted, otherwise `password` is stored as its hash. */
export interface SecretRow {
  doctype: string
  name: string
  field: string
}
