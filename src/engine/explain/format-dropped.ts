// What the host has dropped of a flow, in words: under the hop that stops it, or behind the line that tells that a way
// ends likewise. A count is proof that packets and model agree; none tells that the program sends something else.
import { lostAnswersPlace, routePlace } from '../drop-place.ts';
import type { Dropped } from './answer.ts';

export function droppedLines(dropped: Dropped | undefined): readonly string[] {
  if (dropped?.isCounted !== true) return [];
  const { packets, lastSecondsAgo, withinSeconds, sharedSource, before } = dropped;
  const whose = sharedSource === undefined ? 'of this flow' : `from ${sharedSource} (whoever is behind it)`;
  const indented = (text: string) => [`      ${text}`];
  if (packets > 0)
    return indented(`dropped here: ${packetsText(packets)} ${whose}${lastText(lastSecondsAgo)}`);
  if (before === undefined)
    return indented(`no packet ${whose} has been dropped here (in the last ${durationText(withinSeconds)})`);
  const why = beforeText(before.place);
  return indented(
    `dropped before, ${why}: ${packetsText(before.packets)} ${whose}${lastText(before.lastSecondsAgo)}`,
  );
}

/** Of a way that ends like one above: only what there is. */
export function likewiseDropped(dropped: Dropped | undefined): string {
  if (dropped?.isCounted !== true || dropped.packets === 0) return '';
  return `; dropped there: ${packetsText(dropped.packets)}${lastText(dropped.lastSecondsAgo)}`;
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

function beforeText(place: string): string {
  if (place === routePlace) return 'for want of a route';
  return place === lostAnswersPlace ? 'for want of a way back' : `by ${place}`;
}
