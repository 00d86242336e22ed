import { Ellipsis } from 'lucide-react';
import { useId } from 'react';

import type { Fault } from '../../../backend/generated/Fault';
import { Button } from '../../../components/Button/Button';
import { NumberField } from '../../../components/NumberField/NumberField';
import { Popover, PopoverClose } from '../../../components/Popover/Popover';
import { Slider } from '../../../components/Slider/Slider';
import { shortNumber, number } from '../../../format/number';
import { COMPARISONS, labelOf } from '../words';
import type { EditedRule } from './draft';
import { MetricDetails } from './MetricDetails';
import { stepOf, triggerWords, type RuleFacts } from './ruleFacts';

/** One metric: the trigger on a slider and in its own unit, and its weight with the range that is recommended. */
export function MetricRow({
  rule,
  facts,
  was,
  wasFacts,
  errors,
  path,
  onChange,
  onSettle,
  onRemove,
}: {
  rule: EditedRule;
  facts: RuleFacts;
  /** As it is in the policy in force; nothing where it is not. */
  was: EditedRule | null;
  wasFacts: RuleFacts | null;
  errors: readonly Fault[];
  /** `metrics[1]`. */
  path: string;
  onChange: (rule: EditedRule, moving?: string) => void;
  onSettle: () => void;
  onRemove: () => void;
}) {
  const id = useId();
  const { metric } = rule;
  const mine = errors.filter(({ field }) => field === path || field.startsWith(`${path}.`));
  const has = (field: string) => mine.some((fault) => fault.field === `${path}.${field}`);
  const trigger = triggerWords(rule, facts);
  const wasTrigger = was && wasFacts ? triggerWords(was, wasFacts) : null;
  const [least, most] = facts.recommendedWeight;
  const wasWeight = was?.weight ?? null;
  const side = rule.comparison === 'gt' || rule.comparison === 'gte' ? '' : `${labelOf(COMPARISONS, rule.comparison)} `;
  return (
    <li aria-label={facts.label} className="pb-0.5">
      <div className="grid grid-cols-[5.75rem_minmax(4rem,1fr)_4.75rem_3.5rem_1.75rem] items-start gap-x-2">
        <span className="flex h-7 items-center truncate font-medium">{facts.label}</span>
        <Slider
          label={`${facts.label}, trigger`}
          value={rule.threshold}
          was={was?.threshold ?? null}
          min={stepOf(facts)}
          max={facts.largestThreshold}
          step={stepOf(facts)}
          valueWords={trigger}
          invalid={has('threshold')}
          describedBy={mine.length > 0 ? id : undefined}
          onChange={(threshold) => {
            onChange({ ...rule, threshold }, `${metric} threshold`);
          }}
          onSettle={onSettle}
        />
        <span className="flex flex-col items-end text-right">
          <span className="flex min-h-7 items-center font-medium">
            {side}
            {trigger}
          </span>
          {wasTrigger !== null && wasTrigger !== trigger && (
            <span className="-mt-1.5 text-caption text-text-3">was {wasTrigger}</span>
          )}
        </span>
        <span className="flex flex-col items-end">
          <NumberField
            label={`${facts.label}, weight`}
            value={rule.weight}
            digits={2}
            invalid={has('weight')}
            describedBy={mine.length > 0 ? id : undefined}
            onChange={(weight) => {
              onChange({ ...rule, weight }, `${metric} weight`);
            }}
            onSettle={onSettle}
          />
          <span className="-mt-px text-caption whitespace-nowrap text-text-3" title="The weight that is recommended for this metric">
            {shortNumber(least, 2)}–{shortNumber(most, 2)}
          </span>
          {wasWeight !== null && wasWeight !== rule.weight && (
            <span className="text-caption whitespace-nowrap text-text-3">was {number(wasWeight, 2)}</span>
          )}
        </span>
        <Popover
          label={`More about ${facts.label}`}
          trigger={
            <Button
              kind="quiet"
              aria-label={`${facts.label}: side, range, remove`}
              icon={<Ellipsis size={14} />}
            />
          }
        >
          <MetricDetails rule={rule} facts={facts} onChange={onChange} onSettle={onSettle} />
          <div className="mt-4 border-t border-line pt-3">
            <PopoverClose asChild>
              <Button kind="danger" onClick={onRemove}>
                Remove {facts.label}
              </Button>
            </PopoverClose>
          </div>
        </Popover>
      </div>
      {mine.length > 0 && (
        <p id={id} role="alert" className="pb-1 text-caption text-crit">
          {mine.map(({ message }) => message).join(' ')}
        </p>
      )}
    </li>
  );
}
