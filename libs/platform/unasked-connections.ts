import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Connections on which nothing has been asked yet, as browsers and pools open them in advance. Node counts them as busy until its time limit for
 * headers, a minute, has passed, so that a server that closes would wait for them.
 */
export class UnaskedConnections {
  private readonly sockets = new Set<Socket>();

  constructor(server: Server) {
    server.on('connection', (socket: Socket) => {
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
    });
    server.on('request', ({ socket }: IncomingMessage) => this.sockets.delete(socket));
  }

  /** Ends them; whoever meant to ask has not been heard and comes back to another instance. */
  end(): void {
    for (const socket of this.sockets) socket.destroy();
  }
}
