import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually, repository } from '#testing';

const page = 'docs/how-to/notify.md';

/** The receiver that the documentation shows, as a process of its own on a free port. */
export class DocumentedReceiver {
  private constructor(
    readonly origin: string,
    /** What it has printed. */
    readonly output: () => string,
    readonly close: () => Promise<void>,
  ) {}

  static async open(secret: string): Promise<DocumentedReceiver> {
    const [, shown = ''] = /```js\n([\s\S]*?)```/.exec(readFileSync(join(repository, page), 'utf8')) ?? [];
    const listen = /\.listen\(9000, '127\.0\.0\.1'\)/;
    const code = shown.replace(
      listen,
      `.listen(0, '127.0.0.1', function () { console.log('port', this.address().port); })`,
    );
    const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
      env: { ...process.env, SECRET: secret },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exited = once(child, 'exit');
    let printed = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
    const port = await eventually(() => /port (\d+)/.exec(printed)?.[1], { what: `the receiver of ${page} to listen` });
    const close = async (): Promise<void> => {
      child.kill();
      await exited;
    };
    return new DocumentedReceiver(`http://127.0.0.1:${port}`, () => printed, close);
  }
}
