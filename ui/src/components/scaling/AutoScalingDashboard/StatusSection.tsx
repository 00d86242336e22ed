import type { DeploymentStatus } from '../../../backend/generated/DeploymentStatus';
import { hourlyAmount, money } from '../../../format/money';
import { NO_READING, number, share, trafficChange } from '../../../format/number';
import { duration, when } from '../../../format/time';
import { useNow } from '../../clock/useNow';
import { BandGauge } from '../../HeadroomBand/BandGauge';
import { Kpi } from '../../Kpi/Kpi';
import { StateIcon } from '../../StateIcon/StateIcon';
import { Tooltip } from '../../Tooltip/Tooltip';

/** The sentence that answers the page, the gauge, the facts, and what a person should know. */
export function StatusSection({ status }: { status: DeploymentStatus }) {
  const now = useNow(1);
  const { band } = status;
  return (
    <section aria-label="Status" className="flex flex-col gap-3 px-5 pt-3 pb-4">
      <p className="text-lead">{status.sentence}</p>
      {status.notices.map((notice) => (
        <p key={notice.at + notice.message} className="flex gap-2 rounded-control bg-warn-tint px-3 py-2 text-reason">
          <span className="flex h-4 items-center">
            <StateIcon name="warn" className="text-warn" />
          </span>
          <span>
            {notice.message} <span className="text-text-2">{when(new Date(notice.at), now)}</span>
          </span>
        </p>
      ))}
      {band && (
        <BandGauge
          score={band.score}
          down={band.down}
          up={band.up}
          state={band.marker}
          ghost={band.scoreWhenReady}
          ghostWords={
            status.currentInstances === null ? null : `with ${number(status.currentInstances)} ready`
          }
          trafficToUp={band.trafficToUp}
          trafficToDown={band.trafficToDown}
        />
      )}
      <FactStrip status={status} now={now} />
    </section>
  );
}

function FactStrip({ status, now }: { status: DeploymentStatus; now: Date }) {
  const { facts, band } = status;
  const left = status.cooldownUntil
    ? (new Date(status.cooldownUntil).getTime() - now.getTime()) / 1000
    : 0;
  const cooling = left > 0;
  return (
    <div className="flex flex-wrap gap-y-2 *:min-w-32 *:flex-1 *:border-line *:px-4 *:not-first:border-l *:first:pl-0">
      <Kpi
        size="fact"
        label="Instances"
        value={status.currentInstances === null ? null : number(status.currentInstances)}
        note={
          status.readyInstances === null
            ? 'the count is not known'
            : `${number(status.readyInstances)} ready, ${number(status.startingInstances ?? 0)} starting`
        }
      />
      <Kpi size="fact" label="Room" {...roomFact(band, facts.outInSeconds, facts.startUpSeconds)} />
      <Kpi
        size="fact"
        label="Cooldown left"
        value={cooling ? duration(left) : 'None'}
        note={
          facts.cooldownSeconds === null
            ? 'no policy'
            : cooling
              ? `of ${duration(facts.cooldownSeconds)}`
              : `${duration(facts.cooldownSeconds)} after each change`
        }
      />
      <Tooltip content={facts.priceFormula}>
        <div className="min-w-0">
          <Kpi
            size="fact"
            label="Cost now"
            value={facts.costPerHour === null ? null : hourlyAmount(facts.costPerHour)}
            unit="/h"
            note={`${money(facts.monthToDate)} this month${facts.observedShare < 0.9995 ? `, ${share(facts.observedShare)} observed` : ''}`}
          />
        </div>
      </Tooltip>
    </div>
  );
}

function roomFact(
  band: DeploymentStatus['band'],
  outInSeconds: number | null,
  startUpSeconds: number | null,
): { value: string | null; unit?: string; note: string } {
  const start = startUpSeconds === null ? null : `starting takes ${duration(startUpSeconds)}`;
  const out = outInSeconds === null ? null : `out in ${duration(outInSeconds)}`;
  if (!band) return { value: 'None', note: 'no policy sets a limit' };
  if (band.trafficToUp === null) return { value: null, note: start ?? NO_READING };
  if (band.trafficToUp <= 0) return { value: 'None', note: start ?? 'past the upper threshold' };
  return {
    value: trafficChange(band.trafficToUp),
    unit: ' traffic',
    note: [out, start].filter(Boolean).join('; ') || 'until it scales up',
  };
}
