import { alert, alertPage, alertSettings, channel, notification, notifications } from '../alertFixtures';
import type { Answers } from '../FakeBackend';

/** What the engine answers about alerts in a scene. */
export function alertAnswers(name: string): Answers {
  const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
  const failed = alert({
    id: '9',
    kind: 'scaling_failed',
    kindWords: 'Scaling failed',
    level: 'critical',
    isCritical: true,
    deploymentId: 'dep_search',
    deploymentName: 'search-api',
    title: 'search-api could not be scaled',
    message: 'Port 41236 is taken by another program. Stop it or set another range.',
    since: ago(3),
    firedAt: ago(3),
  });
  const full = alert({ since: ago(31), firedAt: ago(26), state: 'acknowledged', acknowledgedAt: ago(20), acknowledgedBy: 'ada' });
  const over = alert({ id: '5', kind: 'oscillation', kindWords: 'Oscillation', title: 'checkout-web swings up and down', message: 'Its count went 3 → 5 → 3 → 5 in a short time.', since: ago(300), firedAt: ago(300), resolvedAt: ago(260), state: 'resolved' });
  const all = name === 'empty' ? [] : [failed, full, over];
  return {
    list_alerts: ({ isFiring }) => alertPage(all.filter(({ state }) => !isFiring || state !== 'resolved')),
    list_notifications: () =>
      notifications(
        all.map((item, index) => notification({ id: item.id, title: item.title, message: item.message, isCritical: item.isCritical, deploymentId: item.deploymentId, createdAt: item.firedAt, isRead: index > 0 })),
      ),
    get_alert_settings: () => alertSettings(),
    list_channels: () => ({ channels: [channel({ deliveredAt: ago(26) })] }),
    test_channel: () => ({ isSent: true, words: 'It arrived.' }),
  };
}
