import { createMariadbStage } from '../../integration/kill/mariadb-stage.ts'
import { everyBoundary, everyJournalLine } from './every-boundary.ts'

everyBoundary(
  'MariaDB, nginx, Redis at every line of the journal',
  () => createMariadbStage({ deep: true }),
  everyJournalLine,
  false,
)
