import { useId } from 'react';

import { NumberField } from '../../../components/NumberField/NumberField';
import { Segmented } from '../../../components/Segmented/Segmented';
import { Switch } from '../../../components/Switch/Switch';
import { number } from '../../../format/number';
import { duration } from '../../../format/time';
import { AGGREGATION_HELP, AGGREGATIONS, POLICY_TYPE_HELP, POLICY_TYPES } from '../words';
import { CooldownLines } from './CooldownLines';
import { EditorLine, EditorSection, LineFault } from './EditorSection';
import { RemarkList } from './Remarks';
import { faultAt, inSection } from './sections';
import type { SectionProps } from './sectionProps';

/** How the metrics become one score, how far a step goes, and how long is waited after it. */
export function PaceSection(props: SectionProps) {
  const { edited, before, remarks, change, settle } = props;
  const said = inSection(remarks, 'pace');
  const id = useId();
  const windowFault = faultAt(said.errors, 'stabilizationWindow');
  const urgentFault = faultAt(said.errors, 'urgentPressure');
  const adaptive = edited.policyType === 'adaptive' || edited.policyType === 'predictive';
  const windowed = edited.policyType !== 'gradual';
  return (
    <EditorSection title="Pace">
      <EditorLine label="Combine">
        <Segmented
          label="Combine"
          options={AGGREGATIONS}
          value={edited.aggregation}
          was={before?.aggregation ?? null}
          onChange={(aggregation) => {
            change({ aggregation });
          }}
        />
        {before?.aggregation !== edited.aggregation && <Help>{AGGREGATION_HELP[edited.aggregation]}</Help>}
      </EditorLine>
      <EditorLine label="Steps">
        <Segmented
          label="Steps"
          options={POLICY_TYPES}
          value={edited.policyType}
          was={before?.policyType ?? null}
          onChange={(policyType) => {
            change({ policyType });
          }}
        />
        {before?.policyType !== edited.policyType && <Help>{POLICY_TYPE_HELP[edited.policyType]}</Help>}
      </EditorLine>
      <CooldownLines {...props} />
      {windowed && (
        <EditorLine label="Stabilize">
          <NumberField
            label="Stabilization window"
            className="w-24"
            unit="s"
            value={edited.stabilizationWindow}
            was={wasUnless(before?.stabilizationWindow, edited.stabilizationWindow, duration)}
            invalid={windowFault !== null}
            describedBy={windowFault === null ? undefined : `${id}-window`}
            onChange={(stabilizationWindow) => {
              change({ stabilizationWindow }, 'stabilizationWindow');
            }}
            onSettle={settle}
          />
          <Beside>must have fitted in fewer</Beside>
          <LineFault id={`${id}-window`} message={windowFault} />
        </EditorLine>
      )}
      {adaptive && (
        <>
          <EditorLine label="Consolidate">
            <span className="flex h-7 items-center gap-2">
              <Switch
                label="Consolidation"
                checked={edited.consolidation}
                onChange={(consolidation) => {
                  change({ consolidation });
                }}
              />
              <span className="text-text-2">
                {edited.consolidation ? 'after a calm window, whatever the score' : 'only under the lower bracket'}
              </span>
            </span>
          </EditorLine>
          <EditorLine label="Urgent">
            <NumberField
              label="Urgent from"
              className="w-24"
              unit="×"
              digits={2}
              value={edited.urgentPressure}
              was={wasUnless(before?.urgentPressure, edited.urgentPressure, (times) => `${number(times, 2)}×`)}
              invalid={urgentFault !== null}
              describedBy={urgentFault === null ? undefined : `${id}-urgent`}
              onChange={(urgentPressure) => {
                change({ urgentPressure }, 'urgentPressure');
              }}
              onSettle={settle}
            />
            <Beside>the trigger: no cooldown, as many as needed</Beside>
            <LineFault id={`${id}-urgent`} message={urgentFault} />
          </EditorLine>
        </>
      )}
      <RemarkList
        remarks={said}
        shownAt={[
          'cooldownPeriod',
          ...(edited.perDirection ? ['scaleUpCooldown', 'scaleDownCooldown'] : []),
          ...(windowed ? ['stabilizationWindow'] : []),
          ...(adaptive ? ['urgentPressure'] : []),
        ]}
      />
    </EditorSection>
  );
}

function wasUnless(
  was: number | null | undefined,
  now: number | null,
  words: (value: number) => string,
): string | null {
  return was === null || was === undefined || was === now ? null : words(was);
}

function Help({ children }: { children: string }) {
  return <span className="w-full pb-1 text-caption text-text-3">{children}</span>;
}

function Beside({ children }: { children: string }) {
  return <span className="flex min-h-7 min-w-0 flex-1 items-center text-reason text-text-3">{children}</span>;
}
