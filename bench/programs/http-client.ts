import { readFileSync } from 'node:fs';
import { answerParent, ownSettings } from '../harness/answer-parent.js';
import { closedLoop } from '../harness/closed-loop.js';
import { connectHttp, type HttpConnection } from '../harness/http-connection.js';
import type { LoadQuestion } from '../harness/run-loads.js';

export interface HttpClientSettings {
  readonly port: number;
  readonly path: string;
  /** JSON file `{ rows: number[][] }`: a request a row, from the beginning again where there are no more. */
  readonly rows: string;
  /** Ids are `<idPrefix><n>`. */
  readonly idPrefix: string;
}

const { port, path, rows: file, idPrefix } = ownSettings() as HttpClientSettings;

/** Each caller has a connection of its own, kept open. */
await answerParent(() => {
  const { rows } = JSON.parse(readFileSync(file, 'utf8')) as { rows: number[][] };
  const questions = rows.map((data) => {
    const body = JSON.stringify({ inputs: [{ name: 'pixels', shape: [1, data.length], datatype: 'FP32', data }] });
    const head = `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n`;
    return { head, body };
  });

  const connections = new Map<number, HttpConnection>();
  let sent = 0;
  const request = async (caller: number): Promise<void> => {
    let connection = connections.get(caller);
    if (connection === undefined || connection.closed) {
      connection = await connectHttp(port);
      connections.set(caller, connection);
    }
    const id = (sent += 1);
    const { head, body } = questions[id % questions.length] ?? { head: '', body: '' };
    const answer = await connection.ask(`${head}x-request-id: ${idPrefix}${id}\r\n\r\n${body}`);
    if (answer.status !== 200) throw new Error(`${answer.status} ${answer.body.toString()}`);
  };
  return Promise.resolve({
    answer: (load: LoadQuestion) => closedLoop(load, request),
    stop: () => {
      connections.forEach((connection) => connection.close());
      return Promise.resolve();
    },
  });
});
