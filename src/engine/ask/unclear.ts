// Words that are no question yet: what is missing or wrong in them, and what to write instead.

export class Unclear extends Error {
  override readonly name = 'Unclear';
}

/** `a, b and 3 more` */
export function listed(items: readonly string[], max = 4): string {
  const shown = items.slice(0, max).join(', ');
  return items.length > max ? `${shown} and ${items.length - max} more` : shown;
}

const beyondWord = /^(tgw-|pcx-|dxgw-)/;

export function checkModelled(text: string): void {
  if (beyondWord.test(text)) throw new Unclear(`${text}: ${notModelled}.`);
}

const notModelled = 'transit gateways, peering and Direct Connect are not modelled yet';

export function notHere(id: string): Unclear {
  return new Unclear(`There is no ${id} in this Postern; all accounts and Regions were looked through.`);
}
