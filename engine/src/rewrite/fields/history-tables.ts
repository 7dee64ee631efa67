/** DocTypes of which nothing is ever rewritten, with the reason the plan gives. One line adds a DocType. */
export const untouchedDocTypes: Readonly<Record<string, string>> = {
  // What was sent, received, said
  Communication: 'history: what was sent and received stays as it was',
  'Communication Link': 'history: what was sent and received stays as it was',
  Comment: 'history: what was written stays as it was',
  'Unhandled Email': 'history: what was received stays as it was',
  'Email Queue Recipient': 'history: mail already made stays as it was',
  'Notification Log': 'history: what was sent stays as it was',
  'SMS Log': 'history: what was sent stays as it was',

  // What was changed, seen, done
  Version: 'history: changes stay recorded as they were made',
  'Deleted Document': 'history: deleted documents stay as they were',
  'Access Log': 'audit trail',
  'Activity Log': 'audit trail',
  'Permission Log': 'audit trail',
  'View Log': 'audit trail',
  'Route History': 'audit trail',
  'Web Page View': 'history: visits stay as they were counted',
  Milestone: 'history: changes stay recorded as they were made',
  'Transaction Log': 'evidence: a hash chain over its own text',
  'Wiki Page Revision': 'history: earlier versions of a page stay as they were',
  'Wiki Page Revision Item': 'history: earlier versions of a page stay as they were',

  // Diagnostics
  'Error Log': 'diagnostics: stay as they were written',
  'Error Snapshot': 'diagnostics: stay as they were written',
  'Scheduled Job Log': 'diagnostics: stay as they were written',
  'Scheduled Job Type': 'schema: comes from the app’s files',
  'Console Log': 'diagnostics: stay as they were written',
  'Data Import Log': 'diagnostics: stay as they were written',
  'Patch Log': 'diagnostics: stay as they were written',
  'Submission Queue': 'diagnostics: stay as they were written',
  'Prepared Report': 'history: results stay as they were computed',
  'API Request Log': 'diagnostics: stay as they were written',
  'Integration Request': 'evidence of an exchange with another system',
  'Webhook Request Log': 'evidence of an exchange with another system',
  'Event Update Log': 'evidence of an exchange with another system',
  'Event Sync Log': 'evidence of an exchange with another system',

  // Credentials
  'OAuth Authorization Code': 'credential',
  'OAuth Bearer Token': 'credential',
  'Document Share Key': 'credential',
  'User Passkey': 'credential, bound to the old host by the browser',

  // Schema
  DocType: 'schema: comes from the app’s files',
  DocField: 'schema: comes from the app’s files',
  DocPerm: 'schema: comes from the app’s files',
  'DocType Action': 'schema: comes from the app’s files',
  'DocType Link': 'schema: comes from the app’s files',
  'DocType State': 'schema: comes from the app’s files',
  'Module Def': 'schema: comes from the app’s files',
  Page: 'schema: comes from the app’s files',
  'Installed Application': 'schema: comes from the app’s files',
  'Installed Applications': 'schema: comes from the app’s files',
}

/** Tables of the framework that belong to no DocType. */
export const untouchedTables: Readonly<Record<string, string>> = {
  __Auth: 'credential: passwords and keys',
  __UserSettings: 'cache: filters of one person’s lists',
  __global_search: 'search index: rebuilt, not rewritten',
  tabSessions: 'credential: sessions of signed-in users',
  tabSeries: 'counters of document names',
  // Its values are classified field by field; this is for the columns that name the field.
  tabSingles: 'says which field a value belongs to',
}

/** DocTypes called so record what happened, in every app, unless the field map names one of their fields. */
export const historyNameEnding = /(?:Log|Queue|Request|History)$/
