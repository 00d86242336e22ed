import { Lightbulb } from 'lucide-react';

import type { AdviceLevel } from '../../../backend/generated/AdviceLevel';
import { StateIcon } from '../../../components/StateIcon/StateIcon';
import type { Remarks } from './sections';

const RANK: Record<AdviceLevel, number> = { warning: 0, recommendation: 1, by_design: 2 };

/** What is said about a section: faults that have no control of their own, then advice, what is so on purpose last and quiet. */
export function RemarkList({ remarks, shownAt = [] }: { remarks: Remarks; shownAt?: readonly string[] }) {
  const errors = remarks.errors.filter(({ field }) => !shownAt.includes(field));
  const advice = remarks.advice.toSorted((one, other) => RANK[one.level] - RANK[other.level]);
  if (errors.length === 0 && advice.length === 0) return null;
  return (
    <ul className="flex flex-col gap-1.5 pt-1 text-reason">
      {errors.map(({ field, message }) => (
        <li key={field + message} role="alert" className="flex gap-2 text-crit">
          <Icon>
            <StateIcon name="crit" />
          </Icon>
          {message}
        </li>
      ))}
      {advice.map(({ field, level, message }) => (
        <li key={field + message} data-level={level} className={`flex gap-2 ${TONES[level]}`}>
          <Icon>{ICONS[level]}</Icon>
          <span className="min-w-0">
            {level === 'by_design' && 'By design: '}
            {message}
          </span>
        </li>
      ))}
    </ul>
  );
}

function Icon({ children }: { children: React.ReactNode }) {
  return <span className="flex h-4 w-3 shrink-0 items-center justify-center">{children}</span>;
}

const TONES: Record<AdviceLevel, string> = {
  warning: 'text-text',
  recommendation: 'text-text-2',
  by_design: 'text-text-3',
};

const ICONS: Record<AdviceLevel, React.ReactNode> = {
  warning: <StateIcon name="warn" className="text-warn" />,
  recommendation: <Lightbulb size={12} className="text-text-3" />,
  by_design: <StateIcon name="check" className="text-text-3" />,
};
