// What the host has dropped of a flow, in words: under the hop that stops it, or behind the line that tells that a way
// ends likewise. A count is proof that packets and model agree; none tells that the program sends something else.
import type { Dropped } from './answer.ts';

export function droppedLines(dropped: Dropped | undefined): readonly string[] {
  const text = dropped === undefined ? undefined : droppedText(dropped);
  return text === undefined ? [] : [`      ${text}`];
}

/** Of a way that ends like one above: only what there is. */
export function likewiseDropped(dropped: Dropped | undefined): string {
  if (dropped?.isCounted !== true || dropped.packets === 0) return '';
  return `; ${droppedText(dropped) ?? ''}`;
}

function droppedText(dropped: Dropped): string | undefined {
  if (!dropped.isCounted) return undefined;
  const { packets, lastSecondsAgo, withinSeconds, sharedSource, before } = dropped;
  const whose = sharedSource === undefined ? 'of this flow' : `from ${sharedSource} (whoever is behind it)`;
  if (packets > 0) return `dropped here: ${packetsText(packets)} ${whose}${lastText(lastSecondsAgo)}`;
  if (before !== undefined)
    return `${packetsText(before.packets)} of this flow dropped at ${before.component} before${lastText(before.lastSecondsAgo)}`;
  return `no packet ${whose} has been dropped here (in the last ${durationText(withinSeconds)})`;
}

function packetsText(packets: number): string {
  return packets === 1 ? '1 packet' : `${packets} packets`;
}

function lastText(secondsAgo: number | undefined): string {
  if (secondsAgo === undefined) return '';
  const seconds = Math.round(secondsAgo);
  return seconds === 0 ? ', the last just now' : `, the last ${seconds} s ago`;
}

function durationText(seconds: number): string {
  return seconds === 120 ? 'two minutes' : `${seconds} s`;
}
