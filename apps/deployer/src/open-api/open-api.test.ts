import 'reflect-metadata';
import { RequestMethod } from '@nestjs/common';
import { expect, it } from 'vitest';
import { steeringVerbs } from '#contracts';
import type { DeployerConfig } from '../config.js';
import { DeployerModule } from '../deployer.module.js';
import { openApi } from './open-api.js';
import { operations } from './operations.js';
import { referencePage } from './reference-page.js';

type Handlers = Record<string, object>;

/** `get /api/v1/endpoints/{name}` of every handler that answers HTTP; the one of verbs once a verb. */
function routesOf(controller: { prototype: object }): string[] {
  const base = String(Reflect.getMetadata('path', controller));
  return Object.getOwnPropertyNames(controller.prototype).flatMap((name) => {
    const handler = (controller.prototype as Handlers)[name] ?? {};
    const path = Reflect.getMetadata('path', handler) as string | undefined;
    const method = Reflect.getMetadata('method', handler) as RequestMethod | undefined;
    if (path === undefined || method === undefined) return [];
    const whole = `/${base}/${path}`.replaceAll(/\/{2,}/g, '/').replace(/\/$/, '');
    const route = `${RequestMethod[method].toLowerCase()} ${whole.replaceAll(/:(\w+)/g, '{$1}')}`;
    return route.includes('{verb}') ? steeringVerbs.map((verb) => route.replace('{verb}', verb)) : [route];
  });
}

it('describes every route that there is, and no other', () => {
  const { controllers = [] } = DeployerModule.with({
    DATABASE_URL: '',
    KAFKA_BROKERS: [],
  } as unknown as DeployerConfig);
  const routes = (controllers as { prototype: object }[])
    .flatMap(routesOf)
    .filter((route) => route.includes('/api/v1/'));
  expect(operations.map(({ method, path }) => `${method} ${path}`).toSorted()).toEqual(routes.toSorted());
});

it('refers to schemas that are there, and gives each operation a name of its own', () => {
  const document = openApi() as { components: { schemas: object } };
  const text = JSON.stringify(document);
  const named = Object.keys(document.components.schemas);
  const referred = [...text.matchAll(/#\/components\/schemas\/(\w+)/g)].map(([, name]) => name);
  expect(new Set(referred)).toEqual(new Set(named));
  const ids = [...text.matchAll(/"operationId":"(\w+)"/g)].map(([, id]) => id);
  expect(ids).toHaveLength(operations.length);
  expect(new Set(ids).size).toBe(ids.length);
});

it('says of every answer in JSON what it looks like', () => {
  const unsaid = operations.flatMap(({ method, path, answers, media = 'application/json' }) =>
    Object.entries(answers)
      .filter(([, answer]) => typeof answer === 'string' && media === 'application/json')
      .map(([status]) => `${method} ${path} ${status}`),
  );
  // A manifest has a schema of its own.
  expect(unsaid).toEqual(['get /api/v1/endpoints/{name}/manifest 200']);
});

it('has a page that loads nothing', () => {
  expect(referencePage()).not.toMatch(/src=|https?:/);
});
