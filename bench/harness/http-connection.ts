import { connect, type Socket } from 'node:net';

export interface HttpAnswer {
  readonly status: number;
  readonly body: Buffer;
}

/** One kept-open connection, one question at a time: as little work as an HTTP client can do. */
export interface HttpConnection {
  readonly closed: boolean;
  /** @param question the whole request, head and body */
  ask(question: string): Promise<HttpAnswer>;
  close(): void;
}

/** Opens a connection to 127.0.0.1; answers must have a Content-Length. */
export async function connectHttp(port: number): Promise<HttpConnection> {
  const socket = await open(port);
  let received: Buffer = Buffer.alloc(0);
  let waiting: { resolve: (answer: HttpAnswer) => void; reject: (error: Error) => void } | undefined;
  let closed = false;

  const fail = (error: Error) => {
    closed = true;
    waiting?.reject(error);
    waiting = undefined;
  };
  socket.on('data', (chunk) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    try {
      const whole = parse(received);
      if (whole === undefined) return;
      received = received.subarray(whole.bytes);
      const { resolve } = waiting ?? { resolve: () => undefined };
      waiting = undefined;
      resolve(whole.answer);
    } catch (error) {
      socket.destroy();
      fail(error as Error);
    }
  });
  socket.on('error', fail);
  socket.on('close', () => fail(new Error('the server closed the connection')));
  return {
    get closed() {
      return closed;
    },
    ask: (question) =>
      new Promise((resolve, reject) => {
        waiting = { resolve, reject };
        socket.write(question);
      }),
    close: () => socket.destroy(),
  };
}

function open(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true });
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(socket);
    });
  });
}

/** The first answer in what was received; undefined where it is not complete yet. */
function parse(received: Buffer): { answer: HttpAnswer; bytes: number } | undefined {
  const end = received.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const head = received.toString('latin1', 0, end);
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (length === undefined) throw new Error(`an answer without Content-Length: ${head}`);
  const bytes = end + 4 + Number(length);
  if (received.length < bytes) return undefined;
  return { answer: { status: Number(head.slice(9, 12)), body: received.subarray(end + 4, bytes) }, bytes };
}
