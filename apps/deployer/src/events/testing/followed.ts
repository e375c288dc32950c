import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import type { EndpointEvent } from '#contracts';
import { eventually } from '#testing';

/** A stream of server-sent events, read as a client would. By `http` and not by fetch, which opens a new connection for one given up. */
export class Followed {
  readonly events: EndpointEvent[] = [];
  private text = '';

  private constructor(private readonly response: IncomingMessage) {
    void this.read().catch(() => undefined);
  }

  static async open(url: string, headers: Record<string, string>): Promise<Followed> {
    const request = get(url, { headers: { accept: 'text/event-stream', ...headers }, agent: false });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    if (response.statusCode !== 200) throw new Error(`following was answered ${response.statusCode}`);
    return new Followed(response);
  }

  find(holds: (event: EndpointEvent) => boolean): Promise<EndpointEvent> {
    return eventually(() => this.events.find(holds), { what: `an event; there are ${JSON.stringify(this.events)}` });
  }

  /** The id with which the stream began. */
  place(): Promise<string> {
    return eventually(() => /^id: (\d+)\n/.exec(this.text)?.[1], { what: 'the place where the stream begins' });
  }

  close(): void {
    this.response.destroy();
  }

  private async read(): Promise<void> {
    let rest = '';
    for await (const chunk of this.response.setEncoding('utf8') as AsyncIterable<string>) {
      this.text += chunk;
      const frames = (rest + chunk).split('\n\n');
      rest = frames.pop() ?? '';
      for (const frame of frames) {
        const data = /^data: (.*)$/m.exec(frame)?.[1];
        if (data !== undefined) this.events.push(JSON.parse(data) as EndpointEvent);
      }
    }
  }
}
