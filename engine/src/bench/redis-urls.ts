import { textAt } from './config-keys.ts'

/** What Frappe uses when the configuration names none (frappe/config.py get_site_config). */
const DEFAULTS = {
  redis_cache: 'redis://127.0.0.1:13311',
  redis_queue: 'redis://127.0.0.1:11311',
  redis_socketio: null,
}

/** The bench's Redis servers as configured, with user and password: for connecting, not for showing. */
export function redisUrls(
  common: Record<string, unknown> | null,
): { key: string; purpose: 'cache' | 'queue' | 'socketio'; url: string }[] {
  return (['cache', 'queue', 'socketio'] as const).flatMap((purpose) => {
    const key = `redis_${purpose}` as const
    const url = textAt(common, key) ?? DEFAULTS[key]
    return url === null ? [] : [{ key, purpose, url }]
  })
}
