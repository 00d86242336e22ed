import { NumberField } from '../../../components/NumberField/NumberField';
import { Segmented } from '../../../components/Segmented/Segmented';
import { Switch } from '../../../components/Switch/Switch';
import { reading } from '../../../format/reading';
import { COMPARISONS } from '../words';
import type { EditedRule } from './draft';
import type { RuleFacts } from './ruleFacts';

/** What is rarely changed of a metric: on which side it asks for more, and what the end of its slider means. */
export function MetricDetails({
  rule,
  facts,
  onChange,
  onSettle,
}: {
  rule: EditedRule;
  facts: RuleFacts;
  onChange: (rule: EditedRule, moving?: string) => void;
  onSettle: () => void;
}) {
  const own = rule.maximum !== null;
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-col gap-1">
        <span className="text-reason text-text-2">Asks for more when the reading is</span>
        <div className="[&_button]:px-1.5 [&_button]:whitespace-nowrap">
          <Segmented
            label="Side of the trigger"
            options={COMPARISONS}
            value={rule.comparison}
            onChange={(comparison) => {
              onChange({ ...rule, comparison });
            }}
          />
        </div>
      </div>
      <div className="flex flex-col gap-1.5">
        <span className="flex items-center gap-2">
          <Switch
            label="A range of its own"
            checked={own}
            onChange={(on) => {
              onChange({ ...rule, maximum: on ? facts.maximumInForce : null });
            }}
          />
          A range of its own
        </span>
        {own ? (
          <NumberField
            label="A threshold of 1.00 means"
            labelHidden={false}
            value={rule.maximum}
            unit={facts.unit}
            className="w-40"
            onChange={(maximum) => {
              // An empty field is refused as 0, and not taken as "no range of its own".
              onChange({ ...rule, maximum: maximum ?? 0 }, `${rule.metric} maximum`);
            }}
            onSettle={onSettle}
          />
        ) : (
          <p className="text-reason text-text-3">
            A threshold of 1.00 means {reading(facts.maximumInForce, facts.unit)} here.
          </p>
        )}
      </div>
    </div>
  );
}
