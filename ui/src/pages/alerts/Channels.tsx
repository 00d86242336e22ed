import { useState } from 'react';

import type { ChannelTest } from '../../backend/generated/ChannelTest';
import type { ChannelView } from '../../backend/generated/ChannelView';
import { Button } from '../../components/Button/Button';
import { Skeleton } from '../../components/Skeleton/Skeleton';
import { StateIcon } from '../../components/StateIcon/StateIcon';
import { counted } from '../../format/number';
import { when } from '../../format/time';
import { useChannels } from './useAlerts';

/** Where notifications go, how each place does, and a test for each. */
export function Channels() {
  const { channels } = useChannels();
  if (channels.isError) {
    return (
      <p role="alert" className="text-crit">
        {channels.error.message}
      </p>
    );
  }
  if (!channels.data) return <Skeleton width="60%" height={20} />;
  if (channels.data.channels.length === 0) {
    return <p className="text-text-2">There is no desktop here to show notifications on.</p>;
  }
  return (
    <ul>
      {channels.data.channels.map((channel) => (
        <Channel key={channel.id} channel={channel} />
      ))}
    </ul>
  );
}

function Channel({ channel }: { channel: ChannelView }) {
  const { test } = useChannels();
  const [result, setResult] = useState<ChannelTest | null>(null);
  return (
    <li className="flex flex-col gap-1 border-t border-line py-2 first:border-t-0">
      <div className="flex min-h-7 items-center justify-between gap-4">
        <span className="min-w-0">
          <span className="proportional block truncate font-medium">{channel.name}</span>
          <State channel={channel} />
        </span>
        <span className="flex shrink-0 items-center gap-2">
          <Button
            aria-label={`Send a test to ${channel.name}`}
            busy={test.isPending}
            onClick={() => {
              setResult(null);
              test.mutate({ channelId: channel.id }, { onSuccess: setResult });
            }}
          >
            Send a test
          </Button>
        </span>
      </div>
      {result && (
        <p role="status" className={`text-reason ${result.isSent ? 'text-ok' : 'text-crit'}`}>
          {result.words}
        </p>
      )}
    </li>
  );
}

function State({ channel }: { channel: ChannelView }) {
  const waiting = channel.waiting > 0 ? `${counted(channel.waiting, 'message')} waiting` : null;
  if (channel.error !== null && channel.failedAt !== null) {
    return (
      <span className="flex gap-1.5 text-reason text-crit">
        <span className="flex h-5 items-center">
          <StateIcon name="crit" />
        </span>
        <span>
          {when(new Date(channel.failedAt), new Date())}: {channel.error}
          {waiting && ` ${waiting}.`}
        </span>
      </span>
    );
  }
  const last = channel.deliveredAt === null ? 'Nothing was sent yet' : `Last arrived ${when(new Date(channel.deliveredAt), new Date())}`;
  return <span className="block text-reason text-text-3">{waiting ? `${last}, ${waiting}` : last}</span>;
}
