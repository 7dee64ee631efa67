import { z } from 'zod'

/** Where a MariaDB server is reached: by its socket, else by host and port. */
export const ServerPlace = z.object({
  host: z.string().nullable(),
  port: z.number().nullable(),
  socket: z.string().nullable(),
})
export type ServerPlace = z.infer<typeof ServerPlace>

/** Who may make databases and users. It is asked for or read when it is needed, kept in memory alone, and never journalled. */
export interface AdministratorAccount {
  user: string
  password: string
  /** Where the account is used, when it is not where the site goes: an option file may name root's socket. */
  place: Partial<ServerPlace>
}
