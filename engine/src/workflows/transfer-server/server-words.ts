import { THIS_MACHINE } from './request.ts'

/** How a plan calls a server. */
export const onServer = (server: string): string => (server === THIS_MACHINE ? 'this machine' : server)
