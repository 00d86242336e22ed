import { describe, expect, it } from 'vitest';

import { policyView, ruleView } from '../../../testing/policies';
import { changesOf } from './changes';
import { editedFrom, samePolicy, unreadableFields, wireDraft } from './draft';
import { factsOf, triggerWords } from './ruleFacts';
import { faultAt, inSection, sectionOf } from './sections';

const base = policyView();
const facts = factsOf([base.metrics]);

describe('the draft as the engine takes it', () => {
  it('is whole, so that nothing keeps an old value unseen', () => {
    const wire = wireDraft(editedFrom(base), base);
    expect(wire).toMatchObject({
      templateId: 'web-app-balanced',
      name: 'Web checkout',
      mode: 'live',
      isEnabled: true,
      scaleUpThreshold: 0.7,
      cooldownPeriod: 300,
      minInstances: 3,
    });
    expect(wire.metrics).toHaveLength(4);
    expect(wire).not.toHaveProperty('scaleUpCooldown');
  });

  it('takes cooldowns per direction back by setting both to the common one', () => {
    const own = policyView({ scaleUpCooldown: 60, scaleDownCooldown: 600 });
    const edited = editedFrom(own);
    expect(edited.perDirection).toBe(true);
    expect(wireDraft(edited, own)).toMatchObject({ scaleUpCooldown: 60, scaleDownCooldown: 600 });
    expect(wireDraft({ ...edited, perDirection: false }, own)).toMatchObject({
      scaleUpCooldown: 300,
      scaleDownCooldown: 300,
    });
  });

  it('names every field in which no number stands', () => {
    const edited = editedFrom(base);
    const broken = {
      ...edited,
      cooldownPeriod: null,
      metrics: edited.metrics.map((rule, index) => (index === 2 ? { ...rule, weight: null } : rule)),
    };
    expect(unreadableFields(broken).map(({ field }) => field)).toEqual(['cooldownPeriod', 'metrics[2].weight']);
    expect(unreadableFields({ ...edited, scaleUpCooldown: null })).toEqual([]);
  });

  it('is the same where only an unused cooldown differs', () => {
    const edited = editedFrom(base);
    expect(samePolicy(edited, { ...edited, scaleUpCooldown: 5 })).toBe(true);
    expect(samePolicy(edited, { ...edited, maxInstances: 11 })).toBe(false);
  });
});

describe('the differences', () => {
  it('are none for a policy as it is in force', () => {
    expect(changesOf(base, editedFrom(base), facts)).toEqual([]);
  });

  it('name every changed field, was and now, in the order of the editor', () => {
    const edited = editedFrom(base);
    const changed = {
      ...edited,
      scaleDownThreshold: 0.42,
      metrics: [
        { metric: 'cpu' as const, threshold: 0.75, comparison: 'gt' as const, weight: 0.4, maximum: null },
        ...edited.metrics.slice(2),
        { metric: 'requests' as const, threshold: 0.5, comparison: 'gt' as const, weight: 0.2, maximum: null },
      ],
      perDirection: true,
      scaleUpCooldown: 60,
      scaleDownCooldown: 600,
      maxInstances: 1200,
      mode: 'shadow' as const,
    };
    const known = factsOf([base.metrics, [ruleView('requests', 0.5, 0.2)]]);
    expect(changesOf(base, changed, known).map(({ label, was, now }) => `${label}: ${was} → ${now}`.replaceAll('\u00a0', ' '))).toEqual([
      'Mode: Live → Shadow',
      'Sheds instances under: 0.30 → 0.42',
      'CPU, trigger: 70 % → 75 %',
      'CPU, weight: 0.35 → 0.40',
      'Memory: 75 %, weight 0.25 → not used',
      'Requests: not used → 500 rps, weight 0.20',
      'Cooldown: 5 min → up 1 min, down 10 min',
      'Maximum: 12 → 1,200',
    ]);
  });
});

it('shows a trigger as the engine answered, and as the handle stands until it does', () => {
  const raised = ruleView('response_time', 0.1, 0.3, { triggerValue: 900 });
  const rule = { metric: 'response_time' as const, threshold: 0.1, comparison: 'gt' as const, weight: 0.3, maximum: null };
  expect(triggerWords(rule, raised)).toBe('900\u00a0ms');
  expect(triggerWords({ ...rule, threshold: 0.4 }, raised)).toBe('2,000\u00a0ms');
});

describe('remarks', () => {
  it.each([
    ['metrics[1].weight', 'metrics'],
    ['metrics', 'metrics'],
    ['scaleDownThreshold', 'band'],
    ['urgentPressure', 'pace'],
    ['allowScaleToZero', 'bounds'],
    ['something.new', 'policy'],
    ['', 'policy'],
  ])('about “%s” stand in the section %s', (field, section) => {
    expect(sectionOf(field)).toBe(section);
  });

  it('are found at their field, all of them', () => {
    const errors = [
      { field: 'maxInstances', message: 'One.' },
      { field: 'minInstances', message: 'Other.' },
      { field: 'maxInstances', message: 'Two.' },
    ];
    expect(faultAt(errors, 'maxInstances')).toBe('One. Two.');
    expect(faultAt(errors, 'name')).toBeNull();
    expect(inSection({ errors, advice: [] }, 'band').errors).toEqual([]);
  });
});
