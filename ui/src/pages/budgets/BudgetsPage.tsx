import { Plus } from 'lucide-react';
import { useState } from 'react';
import { useNavigate, useParams } from 'react-router';

import { errorWords } from '../../backend/backend';
import { useRefusal } from '../../backend/useRefusal';
import { Button } from '../../components/Button/Button';
import { EmptyState, ErrorState } from '../../components/EmptyState/EmptyState';
import { PageHead } from '../../components/PageHead/PageHead';
import { Skeleton } from '../../components/Skeleton/Skeleton';
import { wholeMoney } from '../../format/money';
import { BudgetForm } from './BudgetForm';
import { BudgetPanel } from './BudgetPanel';
import { BudgetRow } from './BudgetRow';
import { useBudgets } from './useBudgets';

/** What may be spent: a list of budgets, and the one that is looked at. */
export function BudgetsPage() {
  const { budgetId } = useParams();
  const navigate = useNavigate();
  const list = useBudgets();
  const [form, setForm] = useState<'new' | 'change' | null>(null);
  const budgets = list.data?.budgets;
  const open = budgets?.find(({ id }) => id === budgetId) ?? budgets?.[0];
  const refused = useRefusal('save_budget');
  const add = (
    <Button kind="primary" main icon={<Plus size={14} />} disabledReason={refused} onClick={() => { setForm('new'); }}>
      New budget
    </Button>
  );
  return (
    <div className="flex h-full flex-col">
      <PageHead
        title="Budgets"
        aside={open && <span className="text-reason">{open.status.periodWords}</span>}
        actions={budgets && budgets.length > 0 ? add : null}
      />
      {list.isError && !budgets ? (
        <ErrorState
          title="The budgets could not be read"
          message={errorWords(list.error)}
          actions={<Button onClick={() => void list.refetch()}>Read again</Button>}
        />
      ) : budgets?.length === 0 ? (
        <EmptyState title="No budget yet" actions={add}>
          A budget tells before the money is gone: at 75 %, at 90 %, and as soon as the month is on its way over.
          {list.data?.proposal ? ` ${list.data.proposal.because} That would be ${wholeMoney(list.data.proposal.monthlyLimit)} a month.` : ''}
        </EmptyState>
      ) : (
        <div className="flex min-h-0 flex-1 border-t border-line max-wide:flex-col">
          <nav aria-label="Budgets" className="w-74 shrink-0 overflow-y-auto border-r border-line max-wide:max-h-44 max-wide:w-full max-wide:border-r-0 max-wide:border-b">
            {budgets
              ? budgets.map((budget) => <BudgetRow key={budget.id} budget={budget} isOpen={budget.id === open?.id} />)
              : Array.from({ length: 4 }, (_, row) => (
                  <div key={row} aria-busy="true" className="flex flex-col gap-2 border-b border-line px-5 py-3">
                    <Skeleton width="70%" />
                    <Skeleton width="100%" height={6} />
                    <Skeleton width="90%" height={10} />
                  </div>
                ))}
          </nav>
          <div className="min-w-0 flex-1 overflow-y-auto">
            {open && (
              <BudgetPanel
                key={open.id}
                budgetId={open.id}
                onEdit={() => { setForm('change'); }}
                onDeleted={() => void navigate('/budgets', { replace: true })}
              />
            )}
          </div>
        </div>
      )}
      {form && (
        <BudgetForm
          budget={form === 'change' ? (open ?? null) : null}
          onClose={() => { setForm(null); }}
          onSaved={(id) => {
            setForm(null);
            void navigate(`/budgets/${encodeURIComponent(id)}`, { replace: true });
          }}
        />
      )}
    </div>
  );
}
