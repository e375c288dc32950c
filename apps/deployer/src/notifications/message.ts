import type { EndpointEvent, WebhookSpec } from '#contracts';

/** What the type of an event is called outside: `ce_type` of the topic, `type` of a webhook. */
export const typeOutside = (event: Pick<EndpointEvent, 'type'>): string => `understudy.endpoint.${event.type}`;

/** What is sent for an event, as JSON. */
export const bodyOf = (event: EndpointEvent, format: WebhookSpec['format']): string =>
  JSON.stringify(
    format === 'slack' ? { text: textOf(event) } : { type: typeOutside(event), timestamp: event.at, data: event },
  );

const words: Readonly<Record<string, string>> = {
  rollout: 'a rollout begins',
  plan: 'the traffic moves',
  'weight-set': 'a share was set',
  succeeded: 'the rollout has succeeded',
  failed: 'the rollout has failed',
};

/** An event in words, as Slack shows them: what happened, the shares where they moved, why, and who did it. */
export function textOf({ endpoint, type, rollout, actor, reason, detail }: EndpointEvent): string {
  const shares = sharesOf(detail);
  const what = words[type] ?? type.replaceAll('-', ' ');
  const of = rollout === null ? '' : ` (rollout ${rollout})`;
  return [
    `*${escaped(endpoint)}*: ${escaped(what)}${of}${shares === undefined ? '' : `: ${escaped(shares)}`}`,
    ...(reason === null ? [] : [`> ${escaped(reason).replaceAll('\n', '\n> ')}`]),
    `by ${escaped(actor)}`,
  ].join('\n');
}

/** `v2 25 %, v1 75 %`; undefined where the event says nothing of shares. */
function sharesOf(detail: unknown): string | undefined {
  const { allocation } = (detail ?? {}) as { allocation?: unknown };
  if (!Array.isArray(allocation)) return undefined;
  return (allocation as { version: string; weight: number }[])
    .map(({ version, weight }) => `${version} ${Number((weight * 100).toFixed(1))} %`)
    .join(', ');
}

/** The three characters that mean something to Slack. */
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
