import { operations, refusalsOf } from './operations.js';

/** A page of every operation, on its own: it loads nothing. */
export function referencePage(): string {
  const rows = operations.map((operation) => {
    const { method, path, summary, query = {}, answers } = operation;
    const asked = Object.entries(query).map(([name, what]) => `<dt><code>${name}</code><dd>${escaped(what)}`);
    const statuses = [...Object.keys(answers), ...refusalsOf(operation)].join(', ');
    return `<section><h2><b>${method.toUpperCase()}</b> <code>${escaped(path)}</code></h2><p>${escaped(summary)}</p><dl>${asked.join('')}</dl><p>Answers: ${statuses}</p></section>`;
  });
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Understudy: control API</title>
<style>body{font:16px/1.5 system-ui;max-width:56rem;margin:2rem auto;padding:0 1rem}h2{font-size:1rem;margin:1.5rem 0 0}dl{margin:0 0 0 1rem}p{margin:.2rem 0}</style>
<h1>Control API</h1><p>The whole of it, with schemas: <a href="/api/openapi.json">openapi.json</a> (OpenAPI 3.1). Errors are problem details (RFC 9457).</p>
${rows.join('\n')}</html>`;
}

const escaped = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll(/`([^`]*)`/g, '<code>$1</code>');
