import { commaList } from '#platform';

/** The scheme where it is named, else https; a host, perhaps of any subdomain; a port, else the scheme's. */
const entry = /^(https?:\/\/)?((?:\*\.)?[a-z0-9.-]+|\[[0-9a-f:.]+\])(:\d{1,5})?$/i;

/** For the environment: what webhooks may be sent to. */
export const allowedHosts = commaList
  .refine(
    (list) => list.every((host) => entry.test(host)),
    'expected hosts such as "hooks.slack.com", "*.example.com:8443" or "http://127.0.0.1:9000"',
  )
  .optional()
  .transform((list) => list ?? [])
  .describe(
    'Hosts that webhooks of manifests may go to, by https; with any subdomain: `*.example.com`; by http only where it says `http://`; absent: none.',
  );

/** Whether a webhook may be sent to an address: scheme, host and port are those of an entry. */
export function isAllowed(address: URL, allowed: readonly string[]): boolean {
  if (address.username !== '' || address.password !== '') return false;
  return allowed.some((host) => {
    const { protocol, host: pattern } = new URL(host.includes('://') ? host : `https://${host}`);
    const fits = pattern.startsWith('*.') ? address.host.endsWith(pattern.slice(1)) : address.host === pattern;
    return address.protocol === protocol && fits;
  });
}
