/** A network line for tests between a client and a server of this machine: as long as wished, and it can break. */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export interface Line {
  /** Where the client connects to. */
  port: number
  /** Nothing passes any more and nobody is told, as when a cable is pulled. */
  goDead(): void
  /** Ends what is connected; the next connection passes again. */
  cut(): void
  bytes(): number
  stop(): Promise<void>
}

/** @param milliseconds one way: half of what a ping would show */
export async function startLine(
  target: { address: string; port: number },
  milliseconds: number,
  listenAt = target.address,
): Promise<Line> {
  const sockets = new Set<Socket>()
  let dead = false
  let bytes = 0
  const pass = (from: Socket, to: Socket) => {
    from.on('data', (chunk) => {
      bytes += chunk.length
      setTimeout(() => {
        if (!dead && to.writable) to.write(chunk)
      }, milliseconds)
    })
    from.on('end', () => setTimeout(() => !dead && to.end(), milliseconds))
    from.on('error', () => to.destroy())
    from.on('close', () => sockets.delete(from))
  }
  const server = createServer({ allowHalfOpen: true }, (near) => {
    const far = connect({ host: target.address, port: target.port, allowHalfOpen: true })
    for (const socket of [near, far]) {
      socket.setNoDelay(true)
      sockets.add(socket)
    }
    pass(near, far)
    pass(far, near)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, listenAt, resolve)
  })
  const cut = () => {
    for (const socket of sockets) socket.destroy()
    dead = false
  }
  return {
    port: (server.address() as AddressInfo).port,
    goDead: () => {
      dead = true
    },
    cut,
    bytes: () => bytes,
    stop: () => {
      cut()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}
