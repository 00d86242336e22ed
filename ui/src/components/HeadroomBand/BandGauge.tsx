import { score as scoreText, trafficChange } from '../../format/number';
import { useSize } from '../measure/useSize';
import { band } from './band';
import { BandShapes } from './BandShapes';
import type { BandReading } from './HeadroomBand';
import { bandWords } from './words';

const HEIGHT = 92;
const MIDDLE = 38;
/** The mean width of a 12 px letter, to know whether a label fits. */
const LETTER = 6.4;
/** The same at 11 px. */
const SMALL_LETTER = 5.8;

/** The band as the gauge of a page: values and distances are written in. As wide as there is room for. */
export function BandGauge({
  trafficToDown = null,
  ghostWords,
  ...reading
}: BandReading & {
  /** By how much traffic must fall before fewer would do. */
  trafficToDown?: number | null;
  /** What the hollow marker is: "with 7 ready". */
  ghostWords?: string | null;
}) {
  const [measure, { width }] = useSize({ width: 756, height: HEIGHT });
  const { score, down, up, state, ghost = null, trafficToUp = null } = reading;
  const drawn = band(score, down, up, state, ghost);
  const downX = drawn.down * width;
  const upX = drawn.up * width;
  const markerX = drawn.marker === null ? null : drawn.marker * width;
  const now = score === null ? null : `${scoreText(score)} now`;
  const later = ghost === null || drawn.ghost === null ? null : `${scoreText(ghost)} ${ghostWords ?? 'when ready'}`;
  return (
    <div ref={measure} className="w-full">
      <svg
        width="100%"
        height={HEIGHT}
        role="img"
        aria-label={bandWords(score, down, up, state, trafficToUp)}
        className="block overflow-visible text-reason"
      >
        <BandShapes
          drawn={drawn}
          state={state}
          middle={MIDDLE}
          measures={{ width, height: HEIGHT, bar: 20, bracket: 34, arm: 5, marker: 34, thick: 6 }}
        />
        <g fill="var(--text-3)" className="text-caption">
          {!near(markerX, 0) && (
            <text x={0} y={MIDDLE - 8}>sheds instances</text>
          )}
          <text x={0} y={MIDDLE + 16}>0</text>
          {!near(markerX, width) && (
            <text x={width} y={MIDDLE - 8} textAnchor="end">adds instances</text>
          )}
          <text x={width} y={MIDDLE + 16} textAnchor="end">1</text>
        </g>
        {now !== null && markerX !== null && (
          <text
            x={inside(markerX, now, width)}
            y={12}
            textAnchor="middle"
            fontWeight={600}
            fill="var(--text)"
          >
            {now}
          </text>
        )}
        {later !== null && drawn.ghost !== null && markerX !== null && now !== null && (
          <GhostLabel at={drawn.ghost * width} words={later} markerX={markerX} markerWords={now} />
        )}
        <Threshold x={downX} value={down} words="scales down" />
        <Threshold x={upX} value={up} words="scales up" />
        {markerX !== null && (
          <>
            <DistanceLine from={downX + 22} to={Math.min(markerX, upX - 22)} ratio={trafficToDown} />
            <DistanceLine from={Math.max(markerX, downX + 22)} to={upX - 22} ratio={trafficToUp} />
          </>
        )}
      </svg>
    </div>
  );
}

function Threshold({ x, value, words }: { x: number; value: number; words: string }) {
  return (
    <g textAnchor="middle">
      <text x={x} y={MIDDLE + 34} fontWeight={600} fill="var(--text)">
        {scoreText(value)}
      </text>
      <text x={x} y={MIDDLE + 49} className="text-caption" fill="var(--text-3)">
        {words}
      </text>
    </g>
  );
}

/** Beside the marker's own label where both would meet. */
function GhostLabel({
  at,
  words,
  markerX,
  markerWords,
}: {
  at: number;
  words: string;
  markerX: number;
  markerWords: string;
}) {
  const half = (words.length * LETTER) / 2;
  const clear = half + (markerWords.length * LETTER) / 2 + 10;
  const x = Math.abs(at - markerX) >= clear ? at : at < markerX ? markerX - clear : markerX + clear;
  return (
    <text x={x} y={12} textAnchor="middle" fill="var(--text-2)">
      {words}
    </text>
  );
}

/** How far it is to a threshold, in traffic; left out where the words do not fit. */
function DistanceLine({ from, to, ratio }: { from: number; to: number; ratio: number | null }) {
  if (ratio === null || ratio === 0) return null;
  const words = `${trafficChange(ratio)} traffic`;
  if (to - from < words.length * SMALL_LETTER + 8) return null;
  const y = MIDDLE + 30;
  return (
    <g>
      <path
        d={`M${from.toFixed(1)} ${String(y - 3)}v6M${to.toFixed(1)} ${String(y - 3)}v6M${from.toFixed(1)} ${String(y)}H${to.toFixed(1)}`}
        stroke="var(--line-2)"
        fill="none"
      />
      <text x={(from + to) / 2} y={y + 15} textAnchor="middle" className="text-caption" fill="var(--text-2)">
        {words}
      </text>
    </g>
  );
}

/** Where the marker stands, words at an end have no place. */
function near(markerX: number | null, end: number): boolean {
  return markerX !== null && Math.abs(markerX - end) < 100;
}

function inside(x: number, words: string, width: number): number {
  const half = (words.length * LETTER) / 2;
  return Math.min(width - half, Math.max(half, x));
}
