/** Tables that Frappe itself empties and fills: what they hold says nothing an hour later. */
export const passingTables: ReadonlySet<string> = new Set(
  [
    'tabSessions,tabError Log,tabError Snapshot,tabActivity Log,tabAccess Log,tabRoute History,tabScheduled Job Log,tabEmail Queue',
    'tabEmail Queue Recipient,tabNotification Log,tabPrepared Report,tabSubmission Queue,tabIntegration Request,tabView Log',
    'tabWebhook Request Log,tabOAuth Bearer Token,tabOAuth Authorization Code,tabRQ Job,tabUnhandled Email,tabConsole Log',
    'tabDeleted Document,tabAPI Request Log,tabEvent Update Log,__global_search,__UserSettings,tabDocument Share Key',
  ].flatMap((line) => line.split(',')),
)
