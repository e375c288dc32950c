import { headers, topics } from '../../dist/libs/contracts/index.js';

const hours = (ms) => {
  const value = Number(ms) / 3_600_000;
  if (value >= 48) return `${value / 24} days`;
  return value >= 1 ? `${value} h` : `${Number(ms) / 60_000} min`;
};

/** A page for people of every topic and header. */
export function topicsPage() {
  const rows = Object.values(topics).map((topic) => {
    const kept = topic.config['cleanup.policy'] === 'compact' ? 'newest per key' : hours(topic.config['retention.ms']);
    const name = `\`understudy.${topic.name}\``;
    const readers = topic.readers.join(', ') || 'people';
    return `| ${name} | ${topic.description} | ${topic.key.replaceAll('<', '&lt;')} | ${topic.partitions} | ${kept} | ${topic.writers.join(', ')} | ${readers} |`;
  });
  return [
    '# Topics',
    '',
    'Generated from `libs/contracts` by `npm run generate`. The prefix `understudy` is configuration (`TOPIC_PREFIX`).',
    'Request and work topics have as many partitions as the manifest says; schemas are in [asyncapi.json](asyncapi.json).',
    '',
    '| topic | what | key | partitions | kept | written by | read by |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...rows,
    '',
    '## Headers',
    '',
    Object.values(headers)
      .map((name) => `\`${name}\``)
      .join(', '),
    '',
  ].join('\n');
}
