import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ArtifactCache } from './artifact-cache.js';

const digest = (bytes: string | Buffer): string => createHash('sha256').update(bytes).digest('hex');

describe('the cache of artifacts', () => {
  const folder = mkdtempSync(join(tmpdir(), 'understudy-cache-'));
  let server: Server;
  let url: string;
  let asked: string[];
  /** What the deployer answers, one after the other; the last one goes on. */
  let answers: ((response: ServerResponse) => void)[];

  beforeAll(async () => {
    server = createServer((request, response) => {
      asked.push(request.url ?? '');
      const answer = answers.length > 1 ? answers.shift() : answers[0];
      answer?.(response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    asked = [];
    for (const name of readdirSync(folder)) rmSync(join(folder, name));
  });
  afterAll(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });

  const cache = (megabytes = 100) =>
    new ArtifactCache({ DEPLOYER_URL: url, ARTIFACT_CACHE: folder, ARTIFACT_CACHE_MB: megabytes }, [1, 1]);
  const answering =
    (status: number, bytes: string | Buffer = '') =>
    (response: ServerResponse) =>
      void response.writeHead(status).end(bytes);

  it('fetches once, under a name with the ending of the file, whoever asks and however often', async () => {
    answers = [answering(200, 'model')];
    const one = cache();
    const reference = { sha256: digest('model'), name: 'v1.mjs' };
    const [path, again] = await Promise.all([one.path(reference), one.path(reference)]);
    expect(path).toBe(join(folder, `${digest('model')}.mjs`));
    expect(again).toBe(path);
    expect(readFileSync(path, 'utf8')).toBe('model');
    await cache().path(reference);
    expect(asked).toEqual([`/api/v1/artifacts/${digest('model')}`]);
  });

  it('fetches again what has been damaged in the folder', async () => {
    answers = [answering(200, 'model')];
    const path = await cache().path({ sha256: digest('model'), name: '' });
    writeFileSync(path, 'mode1');
    await cache().path({ sha256: digest('model'), name: '' });
    expect(readFileSync(path, 'utf8')).toBe('model');
  });

  it('takes no other bytes than those of the digest, and leaves nothing of them', async () => {
    answers = [answering(200, 'other')];
    await expect(cache().path({ sha256: digest('model'), name: '' })).rejects.toThrow(
      `expected bytes with SHA-256 ${digest('model')}, got ${digest('other')}`,
    );
    expect(readdirSync(folder)).toEqual([]);
  });

  it('asks again where the deployer fails or breaks off, and no more where it has nothing', async () => {
    const breaksOff = (response: ServerResponse) => {
      response.writeHead(200, { 'content-length': 5 }).write('mo');
      setImmediate(() => response.destroy());
    };
    answers = [answering(503), breaksOff, answering(200, 'model')];
    await cache().path({ sha256: digest('model'), name: '' });
    expect(asked).toHaveLength(3);
    answers = [answering(404)];
    await expect(cache().path({ sha256: digest('none'), name: '' })).rejects.toThrow('has no artifact');
    expect(asked).toHaveLength(4);
    answers = [answering(503)];
    await expect(cache().path({ sha256: digest('none'), name: '' })).rejects.toThrow('answered 503');
    expect(asked).toHaveLength(7);
  });

  it('goes nowhere else', async () => {
    answers = [(response) => void response.writeHead(302, { location: `${url}/elsewhere` }).end()];
    await expect(cache().path({ sha256: digest('model'), name: '' })).rejects.toThrow('cannot be fetched');
    expect(asked).not.toContain('/elsewhere');
  });

  it('lets go of what has not been used for longest, never of what it has just fetched', async () => {
    const halfMegabyte = (text: string) => Buffer.alloc(512 * 1024, text);
    const fetched = async (text: string) => {
      answers = [answering(200, halfMegabyte(text))];
      return cache(1).path({ sha256: digest(halfMegabyte(text)), name: '' });
    };
    const [a, b] = [await fetched('a'), await fetched('b')];
    utimesSync(a, 1, 1);
    utimesSync(b, 2, 2);
    await cache(1).path({ sha256: digest(halfMegabyte('a')), name: '' }); // used again
    const c = await fetched('c');
    expect(
      readdirSync(folder)
        .map((name) => join(folder, name))
        .sort(),
    ).toEqual([a, c].sort());
  });
});
