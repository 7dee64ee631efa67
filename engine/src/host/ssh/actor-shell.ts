import { type Actor, asActor } from './actor.ts'
import { connectionLost } from './connect-errors.ts'
import type { SshConnection } from './connection.ts'
import { FramedShell } from './framed-shell.ts'
import { systemError } from './system-errors.ts'

/** Asks a shell that runs as one user of the server. */
export interface ActorShell {
  /** Bytes the script wrote. @throws the system's error with its code when it failed; `doing` names the file it was about */
  read(script: string, doing: string): Promise<Buffer>
  /** The same, with the exit code as an answer. */
  ask(script: string): Promise<{ code: number; output: Buffer }>
  /** Scripts that were sent, for the measurements. */
  asked(): number
}

/** The shell is started when it is first asked, and anew when it ended. */
export function actorShell(connection: SshConnection, actor: Actor): ActorShell {
  let own: Promise<FramedShell> | null = null
  let asked = 0
  const start = async (): Promise<FramedShell> => {
    const child = await connection.start(asActor(actor, ['sh']))
    return new FramedShell(child, ({ stderr }) => {
      own = null
      return connectionLost(connection.server.text, stderr)
    })
  }
  const shell = (): Promise<FramedShell> => {
    if (actor.prefix.length === 0) return connection.shell()
    if (own === null) {
      const attempt = start()
      own = attempt
      attempt.catch(() => {
        if (own === attempt) own = null
      })
    }
    return own
  }
  const ask = async (script: string) => {
    asked += 1
    return (await shell()).ask(script)
  }
  return {
    ask,
    asked: () => asked,
    read: async (script, doing) => {
      const { code, output } = await ask(script)
      if (code !== 0) throw systemError(doing, output.toString())
      return output
    },
  }
}
