/** Why a rehearsal is taken back: stands in its journal, and tells it from a failure. */
export const REHEARSED = 'rehearsed to its end'
