import { setTimeout as sleep } from 'node:timers/promises';
import { Kafka, logLevel } from 'kafkajs';

/** Creates topics and waits until each partition has its leader. */
export async function createTopics(
  brokers: readonly string[],
  topics: Readonly<Record<string, number>>,
): Promise<void> {
  await withAdmin(brokers, async (admin) => {
    const wanted = Object.entries(topics).map(([topic, numPartitions]) => ({ topic, numPartitions }));
    await admin.createTopics({ topics: wanted, waitForLeaders: false });
    for (let attempt = 0; !(await haveLeaders(admin, Object.keys(topics))); attempt += 1) {
      if (attempt === 100) throw new Error(`topics without a leader after 10 s: ${Object.keys(topics).join(', ')}`);
      await sleep(100);
    }
  });
}

/** Deletes every topic whose name starts so. */
export async function deleteTopics(brokers: readonly string[], prefix: string): Promise<void> {
  await withAdmin(brokers, async (admin) => {
    const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(prefix));
    if (topics.length > 0) await admin.deleteTopics({ topics });
  });
}

type Admin = ReturnType<Kafka['admin']>;

async function haveLeaders(admin: Admin, topics: string[]): Promise<boolean> {
  const metadata = await admin.fetchTopicMetadata({ topics }).catch(() => undefined);
  return metadata?.topics.every((topic) => topic.partitions.every((partition) => partition.leader >= 0)) ?? false;
}

async function withAdmin(brokers: readonly string[], action: (admin: Admin) => Promise<void>): Promise<void> {
  const admin = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    await action(admin);
  } finally {
    await admin.disconnect();
  }
}
