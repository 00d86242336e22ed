import { useState } from 'react';

import { errorWords } from '../../../backend/backend';
import type { DeploymentStatus } from '../../../backend/generated/DeploymentStatus';
import type { ManualPreview } from '../../../backend/generated/ManualPreview';
import type { OverrideView } from '../../../backend/generated/OverrideView';
import { useRefusal } from '../../../backend/useRefusal';
import { moneyChange, perHourChange } from '../../../format/money';
import { fromTo, NO_READING, number, trafficChange } from '../../../format/number';
import { clock, duration, shortDuration, when } from '../../../format/time';
import { Button } from '../../Button/Button';
import { useNow } from '../../clock/useNow';
import { Field } from '../../Field/Field';
import { Segmented } from '../../Segmented/Segmented';
import { Skeleton } from '../../Skeleton/Skeleton';
import { StateIcon } from '../../StateIcon/StateIcon';
import { Stepper } from '../../Stepper/Stepper';
import { HOLDS, holdSeconds, type Hold } from './hold';
import { useManual, usePreview } from './useDashboard';

const LONGEST_REASON = 500;

/** Instances by hand: number, reason, how long, what it costs; or the order in force with its end. */
export function ManualPanel({ status }: { status: DeploymentStatus }) {
  const { scale, end } = useManual();
  const receipt = scale.data;
  return (
    <section aria-label="Set instances by hand" className="flex flex-col gap-3 border-b border-line px-5 py-4">
      <h2 className="font-semibold">Set instances by hand</h2>
      {status.override && (
        <InForce
          order={status.override}
          ending={end.isPending}
          onEnd={() => { end.mutate({ deploymentId: status.deploymentId }); }}
        />
      )}
      {end.error && <Refusal words={errorWords(end.error)} />}
      {receipt && !scale.isPending && (
        <p role="status" className="flex gap-2 text-reason text-text-2">
          <span className="flex h-4 items-center">
            <StateIcon name="check" className="text-ok" />
          </span>
          Ordered {fromTo(receipt.fromInstances, receipt.toInstances)},{' '}
          {perHourChange(receipt.priceChange)}.
        </p>
      )}
      <OrderForm
        key={`${status.deploymentId} ${receipt?.id ?? ''}`}
        status={status}
        sending={scale.isPending}
        refusal={scale.error ? errorWords(scale.error) : null}
        onOrder={(order) => { scale.mutate({ deploymentId: status.deploymentId, ...order }); }}
        onEdit={() => { if (scale.error) scale.reset(); }}
      />
    </section>
  );
}

interface Order {
  targetInstances: number;
  reason: string;
  holdSeconds: number;
}

function OrderForm({
  status,
  sending,
  refusal,
  onOrder,
  onEdit,
}: {
  status: DeploymentStatus;
  sending: boolean;
  refusal: string | null;
  onOrder: (order: Order) => void;
  onEdit: () => void;
}) {
  const current = status.currentInstances;
  const [typed, setTyped] = useState<number | null>(null);
  const [reason, setReason] = useState('');
  const [hold, setHold] = useState<Hold>('hour');
  const [until, setUntil] = useState('');
  const wanted = typed ?? current ?? 0;
  const edited = (typed !== null && typed !== current) || reason !== '';
  const seconds = holdSeconds(hold, until, new Date());
  const { minInstances, maxInstances } = status.facts;
  const preview = usePreview(
    {
      deploymentId: status.deploymentId,
      targetInstances: wanted,
      ...(seconds === null ? {} : { holdSeconds: quarter(seconds) }),
    },
    edited && current !== null,
  );
  const problem = edited ? (preview.data?.problem ?? null) : null;
  const refused = useRefusal('scale_manually');
  const blocked = refused ?? whyBlocked(current, edited, reason, seconds, problem);
  const reset = () => {
    setTyped(null);
    setReason('');
    onEdit();
  };
  return (
    <form
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        if (!blocked && !sending && seconds !== null) {
          onOrder({ targetInstances: wanted, reason: reason.trim(), holdSeconds: seconds });
        }
      }}
    >
      <div className="flex items-center gap-2">
        <Stepper
          large
          label="Instances"
          value={wanted}
          min={minInstances ?? 0}
          max={maxInstances ?? 10_000}
          onChange={(value) => {
            setTyped(value);
            onEdit();
          }}
        />
        <span className="text-reason whitespace-nowrap text-text-2">{allowedWords(status)}</span>
      </div>
      <Field
        label="Reason"
        labelHidden
        placeholder="Reason, kept in the history"
        value={reason}
        maxLength={LONGEST_REASON}
        onChange={(event) => {
          setReason(event.target.value);
          onEdit();
        }}
      />
      <div className="flex items-center gap-2">
        <span className="text-reason whitespace-nowrap text-text-2">Hold for</span>
        <Segmented label="Hold for" options={HOLDS} value={hold} onChange={setHold} />
      </div>
      {hold === 'until' && (
        <Field
          label="Until what time"
          placeholder="16:00"
          value={until}
          className="w-28"
          error={until !== '' && seconds === null ? 'Give a time such as 16:00.' : null}
          onChange={(event) => { setUntil(event.target.value); }}
        />
      )}
      {edited && <Price preview={preview.data} instances={wanted} error={preview.error} />}
      {problem && <Refusal words={problem} />}
      {refusal && <Refusal words={refusal} />}
      <div className="flex gap-2">
        <Button type="submit" kind="primary" busy={sending} disabledReason={blocked} data-order="">
          {orderWords(wanted, hold, seconds, until)}
        </Button>
        {edited && (
          <Button kind="quiet" onClick={reset}>
            Cancel
          </Button>
        )}
      </div>
    </form>
  );
}

function Price({
  preview,
  instances,
  error,
}: {
  preview: ManualPreview | undefined;
  instances: number;
  error: Error | null;
}) {
  if (error && !preview) return <Refusal words={errorWords(error)} />;
  return (
    <dl
      aria-live="polite"
      className="grid grid-cols-[auto_1fr] gap-x-3 gap-y-0.5 rounded-control bg-sunken px-2.5 py-2 text-reason"
    >
      <dt className="text-text-2">Price of the hold</dt>
      <dd className="text-right font-semibold">
        {preview ? (
          `${perHourChange(preview.priceChange)}, ${moneyChange(preview.priceOfHold)} in all`
        ) : (
          <Skeleton width={110} />
        )}
      </dd>
      <dt className="text-text-2">Room at {number(instances)}</dt>
      <dd className="text-right font-semibold">
        {!preview ? (
          <Skeleton width={60} />
        ) : preview.trafficToUp === null ? (
          NO_READING
        ) : (
          `${trafficChange(preview.trafficToUp)} traffic`
        )}
      </dd>
    </dl>
  );
}

function InForce({
  order,
  ending,
  onEnd,
}: {
  order: OverrideView;
  ending: boolean;
  onEnd: () => void;
}) {
  const now = useNow(1);
  const until = new Date(order.until);
  const left = (until.getTime() - now.getTime()) / 1000;
  return (
    <div className="flex gap-2 rounded-control bg-accent-tint px-3 py-2 text-reason">
      <span className="flex h-4 items-center">
        <StateIcon name="override" className="text-accent" />
      </span>
      <div className="min-w-0 flex-1">
        <p className="font-medium">
          Held at {number(order.instances)} until {when(until, now)}, {duration(left)} left
        </p>
        <p className="break-words text-text-2">
          By {order.by} at {clock(new Date(order.since))}: {order.reason}
        </p>
      </div>
      <Button busy={ending} disabledReason={useRefusal('end_override')} onClick={onEnd}>
        End now
      </Button>
    </div>
  );
}

function Refusal({ words }: { words: string }) {
  return (
    <p role="alert" className="flex gap-2 text-reason text-crit">
      <span className="flex h-4 items-center">
        <StateIcon name="crit" />
      </span>
      <span>{words}</span>
    </p>
  );
}

function whyBlocked(
  current: number | null,
  edited: boolean,
  reason: string,
  seconds: number | null,
  problem: string | null,
): string | null {
  if (current === null) return 'The count of instances is not known now. Wait for the next evaluation.';
  if (!edited) return 'Choose another number first.';
  if (reason.trim() === '') return 'Say why first; the reason is kept in the history.';
  if (seconds === null) return 'Give the time until which it holds.';
  return problem;
}

function orderWords(instances: number, hold: Hold, seconds: number | null, until: string): string {
  const length =
    seconds === null ? '' : hold === 'until' ? ` until ${until.trim()}` : ` for ${shortDuration(seconds)}`;
  return `Scale to ${number(instances)}${length}`;
}

function allowedWords(status: DeploymentStatus): string {
  const { minInstances, maxInstances } = status.facts;
  const now = status.currentInstances === null ? 'count not known' : `now ${number(status.currentInstances)}`;
  if (minInstances === null || maxInstances === null) return now;
  return `${now}, allowed ${number(minInstances)}–${number(maxInstances)}`;
}

/** A time of day comes nearer every second; the price is asked for anew only each quarter of a minute. */
function quarter(seconds: number): number {
  return Math.ceil(seconds / 15) * 15;
}
