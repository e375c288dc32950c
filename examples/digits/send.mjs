// Requests with held-out digits, and what each of them shows as its truth, over plain HTTP: what an upstream system does.
//   node examples/digits/send.mjs --endpoint digits --requests 1000 --rate 100
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    endpoint: { type: 'string', default: 'digits' },
    requests: { type: 'string', default: '1000' },
    rate: { type: 'string', default: '100' },
    ingress: { type: 'string', default: process.env.INGRESS_URL ?? 'http://127.0.0.1:8080' },
  },
});
const { endpoint, ingress } = values;
const [requests, rate] = [Number(values.requests), Number(values.rate)];
const { rows, labels } = JSON.parse(await readFile(new URL('held-out.json', import.meta.url), 'utf8'));
const answeredBy = new Map();
let [failed, truths] = [0, 0];

async function post(path, body, headers = {}) {
  const call = {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
  };
  const response = await fetch(ingress + path, call);
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
  return response;
}

/** One request, and its truth as soon as it is answered. */
async function ask(index) {
  const response = await post(`/v1/models/${endpoint}:predict`, { instances: [rows[index]] });
  await response.arrayBuffer();
  const version = response.headers.get('x-model-version');
  answeredBy.set(version, (answeredBy.get(version) ?? 0) + 1);
  await post(`/v1/endpoints/${endpoint}/ground-truth`, {
    id: response.headers.get('x-request-id'),
    truth: labels[index],
  });
  truths++;
}

const start = Date.now();
const under = [];
for (let i = 0; i < requests; i++) {
  await sleep(start + (i * 1000) / rate - Date.now());
  under.push(
    ask(i % rows.length).catch((error) => {
      if (failed++ === 0) console.error(`a request failed: ${error.message}`);
    }),
  );
}
await Promise.all(under);
const shares = [...answeredBy].sort().map(([version, count]) => `${version} answered ${count}`);
console.log(
  `${requests} requests to ${endpoint}: ${[...shares, `${failed} failed`].join(', ')}; ${truths} truths sent`,
);
process.exitCode = failed === 0 ? 0 : 1;
