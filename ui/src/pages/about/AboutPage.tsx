import { Search } from 'lucide-react';
import { useDeferredValue, useState } from 'react';
import { Link } from 'react-router';

import { errorWords } from '../../backend/backend';
import { useQueryOperation } from '../../backend/useOperation';
import { Button } from '../../components/Button/Button';
import type { DataColumn } from '../../components/DataTable/column';
import { COMPACT_ROW, DataTable } from '../../components/DataTable/DataTable';
import { Drawer } from '../../components/Dialog/Dialog';
import { EmptyState, ErrorState } from '../../components/EmptyState/EmptyState';
import { Field } from '../../components/Field/Field';
import { PageHead } from '../../components/PageHead/PageHead';
import { counted } from '../../format/number';
import { builtIn, useLicenses, type Licenses, type ShippedPackage } from './useLicenses';

const COLUMNS: DataColumn<ShippedPackage>[] = [
  {
    id: 'name',
    header: 'Package',
    track: 'minmax(160px, 1fr)',
    cell: ({ name }) => <span className="proportional block truncate font-medium" title={name}>{name}</span>,
    sortValue: ({ name }) => name,
  },
  {
    id: 'version',
    header: 'Version',
    track: '112px',
    cell: ({ version }) => <span className="block truncate">{version}</span>,
    sortValue: ({ version }) => version,
  },
  {
    id: 'license',
    header: 'License',
    track: 'minmax(140px, 1fr)',
    cell: ({ license }) => <span className="block truncate text-text-2" title={license}>{license}</span>,
    sortValue: ({ license }) => license,
  },
  {
    id: 'from',
    header: 'From',
    track: '64px',
    leavesUnder: 560,
    cell: ({ from }) => <span className="text-text-2">{from}</span>,
    sortValue: ({ from }) => from,
  },
];

const idOf = ({ from, name, version }: ShippedPackage) => `${from} ${name} ${version}`;

/** What this app is, and what of others is in it under which licenses. */
export function AboutPage({ read = builtIn }: { read?: () => Promise<Licenses> }) {
  const engine = useQueryOperation('get_engine_state', {});
  const licenses = useLicenses(read);
  const [sought, setSought] = useState('');
  const [opened, setOpened] = useState<ShippedPackage | null>(null);
  const words = useDeferredValue(sought).trim().toLowerCase();
  const all = licenses.data?.packages ?? null;
  const found =
    all?.filter(({ name, license }) => name.toLowerCase().includes(words) || license.toLowerCase().includes(words)) ?? null;
  return (
    <div className="flex h-full flex-col">
      <PageHead
        title="About"
        trail={<Link to="/settings" className="text-text-2 hover:text-text">Settings</Link>}
        aside={engine.data && <span data-copy="">Headroom {engine.data.version}, MIT or Apache-2.0 at your choice</span>}
        actions={
          <Field
            label="Search packages"
            labelHidden
            placeholder="Name or license"
            icon={<Search size={13} />}
            className="w-56"
            value={sought}
            onChange={(event) => { setSought(event.target.value); }}
          />
        }
      />
      <p className="px-5 pb-2 text-reason text-text-2">
        {all === null
          ? 'Headroom is made of its own code and of packages of others.'
          : `Headroom is made of its own code and of ${counted(all.length, 'package')} of others, each under its own license.`}
      </p>
      <div className="min-h-0 flex-1">
        {licenses.isError ? (
          <ErrorState
            title="The licenses could not be read"
            message={errorWords(licenses.error)}
            actions={<Button onClick={() => void licenses.refetch()}>Read again</Button>}
          />
        ) : (
          <DataTable
            label="Packages"
            columns={COLUMNS}
            rows={found}
            rowId={idOf}
            rowHeight={COMPACT_ROW}
            firstSorting={{ column: 'name', descending: false }}
            exportName="licenses"
            onOpen={setOpened}
            empty={
              words === '' ? (
                <EmptyState title="No package of others is in this build" />
              ) : (
                <EmptyState title="No package is called so" actions={<Button onClick={() => { setSought(''); }}>Show all</Button>}>
                  Search by a package’s name or by a license.
                </EmptyState>
              )
            }
          />
        )}
      </div>
      <Drawer open={opened !== null} onOpenChange={(open) => { if (!open) setOpened(null); }} title={opened ? `License of ${opened.name}` : ''}>
        {opened && <LicenseText shown={opened} texts={licenses.data?.texts ?? []} />}
      </Drawer>
    </div>
  );
}

function LicenseText({ shown, texts }: { shown: ShippedPackage; texts: readonly string[] }) {
  return (
    <div className="flex flex-col gap-3 p-5">
      <div className="pr-8">
        <h2 className="text-lead break-words">{shown.name}</h2>
        <p className="text-text-2">{shown.version}, {shown.license}</p>
      </div>
      {shown.texts.length === 0 && <p className="text-text-2">The package brings no text of its own; its license is the one that is named.</p>}
      {shown.texts.map((text) => (
        <pre key={text} className="font-mono text-caption break-words whitespace-pre-wrap text-text-2" data-copy="">{texts[text]}</pre>
      ))}
    </div>
  );
}
