import type { Metric } from '../../../backend/generated/Metric';
import type { PolicyView } from '../../../backend/generated/PolicyView';
import { number, score } from '../../../format/number';
import { duration } from '../../../format/time';
import { AGGREGATIONS, COMPARISONS, labelOf, MODES, POLICY_TYPES } from '../words';
import { editedFrom, type EditedPolicy, type EditedRule } from './draft';
import { triggerWords, type RuleFacts } from './ruleFacts';
import { scheduleChanges } from './schedules';

/** One field that differs from the policy in force. */
export interface Change {
  label: string;
  was: string;
  now: string;
}

/** Said where no number is typed. */
const NOTHING = 'no number';

/** Every field in which the edited policy differs from the one in force, in the order of the editor. */
export function changesOf(
  base: PolicyView,
  edited: EditedPolicy,
  facts: ReadonlyMap<Metric, RuleFacts>,
): Change[] {
  const before = editedFrom(base);
  const changes: Change[] = [];
  const say = (label: string, was: string, now: string) => {
    if (was !== now) changes.push({ label, was, now });
  };
  say('Name', before.name, edited.name);
  say('Enabled', onOff(before.isEnabled), onOff(edited.isEnabled));
  say('Mode', labelOf(MODES, before.mode), labelOf(MODES, edited.mode));
  say('Adds instances from', score(before.scaleUpThreshold), score(edited.scaleUpThreshold));
  say('Sheds instances under', score(before.scaleDownThreshold), score(edited.scaleDownThreshold));
  changes.push(...metricChanges(base, before, edited, facts));
  say('Combine', labelOf(AGGREGATIONS, before.aggregation), labelOf(AGGREGATIONS, edited.aggregation));
  say('Steps', labelOf(POLICY_TYPES, before.policyType), labelOf(POLICY_TYPES, edited.policyType));
  say('Cooldown', cooldownWords(before), cooldownWords(edited));
  say('Stabilization', seconds(before.stabilizationWindow), seconds(edited.stabilizationWindow));
  say('Consolidation', onOff(before.consolidation), onOff(edited.consolidation));
  say('Urgent from', times(before.urgentPressure), times(edited.urgentPressure));
  say('Minimum', number(before.minInstances), number(edited.minInstances));
  say('Maximum', number(before.maxInstances), number(edited.maxInstances));
  say('Scale to zero', onOff(before.allowScaleToZero), onOff(edited.allowScaleToZero));
  changes.push(...scheduleChanges(before.schedules, edited.schedules));
  return changes;
}

function metricChanges(
  base: PolicyView,
  before: EditedPolicy,
  edited: EditedPolicy,
  facts: ReadonlyMap<Metric, RuleFacts>,
): Change[] {
  const changes: Change[] = [];
  const baseFacts = new Map(base.metrics.map((rule) => [rule.metric, rule]));
  const metrics = new Set([...before.metrics, ...edited.metrics].map(({ metric }) => metric));
  for (const metric of metrics) {
    const was = before.metrics.find((rule) => rule.metric === metric);
    const now = edited.metrics.find((rule) => rule.metric === metric);
    const wasFacts = baseFacts.get(metric) ?? facts.get(metric);
    const nowFacts = facts.get(metric) ?? wasFacts;
    if (!wasFacts || !nowFacts) continue;
    const label = nowFacts.label;
    if (!was || !now) {
      changes.push({
        label,
        was: was ? ruleWords(was, wasFacts) : 'not used',
        now: now ? ruleWords(now, nowFacts) : 'not used',
      });
      continue;
    }
    if (was.threshold !== now.threshold || was.comparison !== now.comparison || was.maximum !== now.maximum) {
      const sides = was.comparison !== now.comparison;
      changes.push({
        label: `${label}, trigger`,
        was: (sides ? `${labelOf(COMPARISONS, was.comparison)} ` : '') + triggerWords(was, wasFacts),
        now: (sides ? `${labelOf(COMPARISONS, now.comparison)} ` : '') + triggerWords(now, nowFacts),
      });
    }
    if (was.weight !== now.weight) {
      changes.push({ label: `${label}, weight`, was: weightWords(was), now: weightWords(now) });
    }
  }
  return changes;
}

function ruleWords(rule: EditedRule, facts: RuleFacts): string {
  return `${triggerWords(rule, facts)}, weight ${weightWords(rule)}`;
}

function weightWords({ weight }: EditedRule): string {
  return weight === null ? NOTHING : number(weight, 2);
}

function cooldownWords({ perDirection, cooldownPeriod, scaleUpCooldown, scaleDownCooldown }: EditedPolicy): string {
  return perDirection
    ? `up ${seconds(scaleUpCooldown)}, down ${seconds(scaleDownCooldown)}`
    : seconds(cooldownPeriod);
}

function seconds(value: number | null): string {
  return value === null ? NOTHING : duration(value);
}

function times(value: number | null): string {
  return value === null ? NOTHING : `${number(value, 2)}×`;
}

function onOff(value: boolean): string {
  return value ? 'on' : 'off';
}
