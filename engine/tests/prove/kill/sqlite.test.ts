import { createSqliteStage } from '../../integration/kill/sqlite-stage.ts'
import { everyBoundary } from './every-boundary.ts'

everyBoundary(
  'SQLite at every boundary',
  () => createSqliteStage({ deep: true }),
  (all) => all,
  true,
)
