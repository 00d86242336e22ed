import { Plus } from 'lucide-react';

import type { Metric } from '../../../backend/generated/Metric';
import { Menu } from '../../../components/Menu/Menu';
import { number } from '../../../format/number';
import type { EditedRule } from './draft';
import { EditorSection } from './EditorSection';
import { MetricRow } from './MetricRow';
import { RemarkList } from './Remarks';
import type { RuleFacts } from './ruleFacts';
import { inSection } from './sections';
import type { SectionProps } from './sectionProps';

/** Which metrics count, from where they trigger, and how much each weighs. */
export function MetricsSection({
  edited,
  before,
  remarks,
  facts,
  baseFacts,
  change,
  settle,
}: SectionProps & {
  facts: ReadonlyMap<Metric, RuleFacts>;
  /** As they are in the policy in force. */
  baseFacts: ReadonlyMap<Metric, RuleFacts>;
}) {
  const said = inSection(remarks, 'metrics');
  const rows = edited.metrics.map((rule, index) => ({ rule, index, about: facts.get(rule.metric) }));
  const unused = [...facts.values()].filter(({ metric }) => !edited.metrics.some((rule) => rule.metric === metric));
  const replace = (index: number, rule: EditedRule, moving?: string) => {
    change({ metrics: edited.metrics.map((old, place) => (place === index ? rule : old)) }, moving);
  };
  return (
    <EditorSection title="Metrics" aside="trigger, weight">
      {rows.length > 0 && (
        <ul className="flex flex-col">
          {rows.map(
            ({ rule, index, about }) =>
              about && (
                <MetricRow
                  key={rule.metric}
                  rule={rule}
                  facts={about}
                  was={before?.metrics.find(({ metric }) => metric === rule.metric) ?? null}
                  wasFacts={baseFacts.get(rule.metric) ?? null}
                  errors={said.errors}
                  path={`metrics[${String(index)}]`}
                  onChange={(next, moving) => {
                    replace(index, next, moving);
                  }}
                  onSettle={settle}
                  onRemove={() => {
                    change({ metrics: edited.metrics.filter((_, place) => place !== index) });
                  }}
                />
              ),
          )}
        </ul>
      )}
      <div className="flex items-center justify-between">
        {unused.length > 0 ? (
          <Menu
            label="Metrics to add"
            align="start"
            trigger={
              <button
                type="button"
                className="-ml-1 inline-flex h-7 items-center gap-1 rounded-control px-1 font-medium text-accent hover:bg-hover"
              >
                <Plus size={13} aria-hidden="true" />
                Add metric
              </button>
            }
            items={unused.map((metric) => ({
              label: metric.label,
              onSelect: () => {
                change({ metrics: [...edited.metrics, ruleFrom(metric)] });
              },
            }))}
          />
        ) : (
          <span className="text-reason text-text-3">all metrics are used</span>
        )}
        <span className="text-reason text-text-3">weights sum to {number(sumOf(edited.metrics), 2)}</span>
      </div>
      <RemarkList remarks={said} shownAt={rows.flatMap(({ index }) => shownInRow(index))} />
    </EditorSection>
  );
}

function shownInRow(index: number): string[] {
  const row = `metrics[${String(index)}]`;
  return [row, `${row}.metric`, `${row}.threshold`, `${row}.weight`, `${row}.comparison`, `${row}.maximum`];
}

/** A metric begins as the first template that uses it has it. */
function ruleFrom({ metric, threshold, comparison, weight, maximum }: RuleFacts): EditedRule {
  return { metric, threshold, comparison, weight, maximum };
}

function sumOf(rules: readonly EditedRule[]): number {
  return rules.reduce((sum, { weight }) => sum + (weight ?? 0), 0);
}
