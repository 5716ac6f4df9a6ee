// `--serve 80` and `--serve 80=hello`: what a host outside AWS answers, on the internet or on premises.

export type Served = readonly { readonly port: number; readonly text?: string }[];

export function serve(given: string, before: Served): Served {
  const [, port = '', , text] = /^(\d+)(=(.*))?$/s.exec(given) ?? [];
  if (port === '') throw new Error(`not a port with an optional text: ${given}; one is 80 or 80=hello`);
  return [...before, { port: Number(port), ...(text === undefined ? {} : { text }) }];
}

export function portsText(serves: Served): readonly string[] {
  return serves.map(({ port, text }) => (text === undefined ? String(port) : `${port}=${text}`));
}
