// Shows /openapi.json: each address with what it takes and answers.
'use strict';

const make = (name, text, ...children) => {
  const element = document.createElement(name);
  if (text) element.textContent = text;
  element.append(...children);
  return element;
};

// A schema with what it refers to in place, so that it can be read in one go.
const whole = (schema, types, depth = 0) => {
  if (Array.isArray(schema)) return schema.map((item) => whole(item, types, depth));
  if (typeof schema !== 'object' || schema === null) return schema;
  if (typeof schema.$ref === 'string') {
    const name = schema.$ref.split('/').pop();
    return depth > 6 ? name : whole(types[name], types, depth + 1);
  }
  return Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, whole(value, types, depth)]));
};

const schemaOf = (content) => Object.values(content ?? {})[0]?.schema;

const address = (method, path, what, types) => {
  const head = make('summary', '', make('code', method.toUpperCase()), make('code', path), make('span', what.summary));
  const block = make('details', '', head, make('p', what.description));
  // Built when it is opened: there are many.
  block.addEventListener(
    'toggle',
    () => {
      for (const parameter of what.parameters ?? []) {
        block.append(make('p', `${parameter.name} (${parameter.in}): ${parameter.description ?? ''}`));
      }
      const body = schemaOf(what.requestBody?.content);
      if (body) block.append(make('p', 'Body'), make('pre', JSON.stringify(whole(body, types), null, 2)));
      for (const [status, response] of Object.entries(what.responses)) {
        block.append(make('p', `${status}: ${response.description}`));
        const schema = schemaOf(response.content);
        if (schema && status.startsWith('2')) block.append(make('pre', JSON.stringify(whole(schema, types), null, 2)));
      }
    },
    { once: true },
  );
  return block;
};

const show = (api) => {
  document.getElementById('about').textContent = `${api.info.description} Version ${api.info.version}.`;
  const groups = new Map();
  for (const [path, methods] of Object.entries(api.paths)) {
    for (const [method, what] of Object.entries(methods)) {
      const tag = what.tags[0];
      groups.set(tag, [...(groups.get(tag) ?? []), address(method, path, what, api.components.schemas)]);
    }
  }
  const all = document.getElementById('all');
  all.replaceChildren();
  for (const [tag, addresses] of groups) all.append(make('h2', tag), ...addresses);
};

const read = async (token) => {
  const response = await fetch('/openapi.json', token ? { headers: { Authorization: `Bearer ${token}` } } : {});
  const ask = document.getElementById('ask');
  ask.hidden = response.status !== 401;
  if (response.ok) show(await response.json());
  else document.getElementById('about').textContent = (await response.json()).detail;
};

document.getElementById('ask').addEventListener('submit', (event) => {
  event.preventDefault();
  void read(document.getElementById('token').value);
});
void read('');
