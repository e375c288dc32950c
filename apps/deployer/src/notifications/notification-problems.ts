import type { Notification } from '#contracts';
import type { Problem } from '#manifests';
import type { SendWebhook } from './send-webhook.js';
import { SecretError } from './sign.js';

/** What is wrong with the webhooks of a manifest, as the deployer that would send them sees it. */
export async function notificationProblems(
  notifications: readonly Notification[],
  webhooks: Pick<SendWebhook, 'target'>,
): Promise<Problem[]> {
  const problems: Problem[] = [];
  for (const [i, { webhook }] of notifications.entries()) {
    try {
      await webhooks.target(webhook);
    } catch (error) {
      if (!(error instanceof SecretError)) throw error;
      problems.push({ path: `spec.notifications[${i}].webhook`, message: error.message });
    }
  }
  return problems;
}
