import type { EndpointEvent } from '#contracts';

/** A line of a stream of server-sent events; undefined where it is none that we need. */
export function readFrameLine(line: string): { id?: number; event?: EndpointEvent } | undefined {
  if (line.startsWith('data: ')) {
    const event = JSON.parse(line.slice('data: '.length)) as EndpointEvent;
    return { id: event.id, event };
  }
  return line.startsWith('id: ') ? { id: Number(line.slice('id: '.length)) } : undefined;
}
