import type { Metric } from '../../../backend/generated/Metric';
import type { MetricRuleView } from '../../../backend/generated/MetricRuleView';
import { reading } from '../../../format/reading';
import type { EditedRule } from './draft';

/** What the engine says about a metric: its label, unit, range and recommended weight. */
export type RuleFacts = MetricRuleView;

/** The facts of each metric that anything was said about; what comes first in `sources` is the newest. */
export function factsOf(sources: readonly (readonly MetricRuleView[])[]): Map<Metric, RuleFacts> {
  const facts = new Map<Metric, RuleFacts>();
  for (const rules of sources) {
    for (const rule of rules) if (!facts.has(rule.metric)) facts.set(rule.metric, rule);
  }
  return facts;
}

/**
 * The trigger in the metric's own unit: as the engine answered, else the share of the maximum that the handle stands at, until it does.
 * The engine's own may be higher: a response time never triggers under what an idle service takes.
 */
export function triggerWords(rule: EditedRule, facts: RuleFacts): string {
  return reading(triggerValue(rule, facts), facts.unit);
}

/** The same as a number. */
export function triggerValue(rule: EditedRule, facts: RuleFacts): number {
  const answered = facts.threshold === rule.threshold && facts.maximum === rule.maximum;
  return answered ? facts.triggerValue : rule.threshold * (rule.maximum ?? facts.maximumInForce);
}

/** How far one press of an arrow moves a threshold: a hundredth of its range. */
export function stepOf(facts: RuleFacts): number {
  return facts.largestThreshold / 100;
}
