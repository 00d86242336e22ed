import { QueryClient } from '@tanstack/react-query';
import { beforeEach, expect, it } from 'vitest';

import { dropStale } from './dropStale';

let client: QueryClient;

beforeEach(() => {
  client = new QueryClient();
  client.setQueryData(['get_overview', {}], 1);
  client.setQueryData(['get_scaling_status', { deploymentId: 'dep_a' }], 1);
  client.setQueryData(['get_scaling_status', { deploymentId: 'dep_b' }], 1);
  client.setQueryData(['list_policy_templates', {}], 1);
  client.setQueryData(['get_settings', {}], 1);
});

const stale = () =>
  client
    .getQueryCache()
    .getAll()
    .filter((query) => query.state.isInvalidated)
    .map((query) => JSON.stringify(query.queryKey));

it('drops what an evaluation of one deployment made stale, and nothing else', () => {
  dropStale(client, { event: 'changed', changes: [{ topic: 'evaluations', deploymentIds: ['dep_a'] }] });
  expect(stale()).toEqual(['["get_overview",{}]', '["get_scaling_status",{"deploymentId":"dep_a"}]']);
});

it('takes no named deployment as all of them', () => {
  dropStale(client, { event: 'changed', changes: [{ topic: 'policies', deploymentIds: [] }] });
  expect(stale()).toHaveLength(3);
});

it('reads everything again after it missed something', () => {
  dropStale(client, { event: 'reload' });
  expect(stale()).toHaveLength(5);
});
