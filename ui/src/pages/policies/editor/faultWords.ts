import type { Fault } from '../../../backend/generated/Fault';

/** What the engine's fields are called on this page. */
const NAMES: Record<string, string> = {
  name: 'The name',
  scaleUpThreshold: 'The upper bracket',
  scaleDownThreshold: 'The lower bracket',
  cooldownPeriod: 'The cooldown',
  scaleUpCooldown: 'The cooldown after scaling up',
  scaleDownCooldown: 'The cooldown after scaling down',
  stabilizationWindow: 'The stabilization window',
  urgentPressure: 'The urgent pressure',
  minInstances: 'The minimum',
  maxInstances: 'The maximum',
  allowScaleToZero: '“May go to 0”',
  metric: 'The metric',
  threshold: 'It',
  weight: 'The weight',
  maximum: 'The range',
  comparison: 'The side',
};

/**
 * A fault as a sentence for people. The engine words it to follow its field ("is 2, fewer than minInstances"), for every client; here
 * the field is called by what stands on the page.
 */
export function faultWords({ field, message }: Fault): string {
  const subject = NAMES[field.split('.').at(-1) ?? ''];
  const plain = message.replaceAll(/\b(?:minInstances|maxInstances|allowScaleToZero)\b/g, (word) => {
    const name = NAMES[word] ?? word;
    return name.replace(/^The /, 'the ');
  });
  if (subject !== undefined && /^(?:is|would|gives|has) /.test(plain)) return `${subject} ${plain}`;
  return plain.charAt(0).toUpperCase() + plain.slice(1);
}
