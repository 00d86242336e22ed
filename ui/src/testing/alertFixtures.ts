import type { AlertPage } from '../backend/generated/AlertPage';
import type { AlertSettings } from '../backend/generated/AlertSettings';
import type { AlertView } from '../backend/generated/AlertView';
import type { ChannelView } from '../backend/generated/ChannelView';
import type { NotificationPage } from '../backend/generated/NotificationPage';
import type { NotificationView } from '../backend/generated/NotificationView';
import { minutesAgo } from './fixtures';

/** An alert that fires and was taken on by nobody. */
export function alert(changes: Partial<AlertView> = {}): AlertView {
  return {
    id: '7',
    kind: 'at_maximum',
    kindWords: 'At maximum',
    level: 'warning',
    isCritical: false,
    state: 'firing',
    deploymentId: 'dep_checkout',
    deploymentName: 'checkout-web',
    budgetId: null,
    title: 'checkout-web has been at its maximum of 12 for 5 min',
    message: 'Hold at 12. CPU 95 % is 1.36 × its 70 % trigger, and 12 instances are the most that the policy allows.',
    since: minutesAgo(9),
    firedAt: minutesAgo(4),
    resolvedAt: null,
    acknowledgedAt: null,
    acknowledgedBy: null,
    snoozedUntil: null,
    ...changes,
  };
}

/** A page of these. */
export function alertPage(alerts: AlertView[], changes: Partial<AlertPage> = {}): AlertPage {
  const firing = alerts.filter(({ state }) => state !== 'resolved');
  return {
    sentence: firing[0] ? `${firing[0].title}.` : 'Nothing is wrong.',
    firing: firing.length,
    critical: firing.filter(({ isCritical, state }) => isCritical && state === 'firing').length,
    alerts,
    nextCursor: null,
    ...changes,
  };
}

/** A message of the notification centre. */
export function notification(changes: Partial<NotificationView> = {}): NotificationView {
  const { title, message, firedAt, deploymentId } = alert();
  return { id: '3', tells: 'firing', isCritical: false, deploymentId, title, message, createdAt: firedAt, isRead: false, ...changes };
}

/** The notification centre with these. */
export function notifications(list: NotificationView[]): NotificationPage {
  return { unread: list.filter(({ isRead }) => !isRead).length, notifications: list, nextCursor: null };
}

/** Everything on, quiet at night but switched off. */
export function alertSettings(changes: Partial<AlertSettings> = {}): AlertSettings {
  const kinds = [
    ['budget', 'Budget'],
    ['objective_breached', 'Objective breached'],
    ['oscillation', 'Oscillation'],
    ['at_maximum', 'At maximum'],
    ['readings_missing', 'Readings missing'],
    ['scaling_failed', 'Scaling failed'],
    ['cost_anomaly', 'Cost anomaly'],
  ] as const;
  return {
    preferences: kinds.map(([kind, words]) => ({ kind, words, isOn: true, muted: [] })),
    quietHours: { isEnabled: false, from: '22:00', to: '07:00', zone: 'Europe/Berlin', quietUntil: null },
    ...changes,
  };
}

/** A channel on which all went well. */
export function channel(changes: Partial<ChannelView> = {}): ChannelView {
  return {
    id: 'desktop',
    name: 'This desktop',
    settings: { kind: 'desktop' },
    isEnabled: true,
    deliveredAt: minutesAgo(4),
    failedAt: null,
    error: null,
    waiting: 0,
    ...changes,
  };
}
