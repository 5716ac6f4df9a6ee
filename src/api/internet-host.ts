// `postern internet`: hosts outside AWS. No account owns them, so whoever reaches the local socket may change them.
import { addInternetHost, removeInternetHost } from '../control/internet-host.ts';
import { type InternetHost, internetScope } from '../model/internet-host.ts';
import { callAs, type CommandOptions, type Commands } from './commands.ts';

interface Body {
  readonly name?: unknown;
  readonly address?: unknown;
  readonly serves?: unknown;
}

export function internetHostCommands(options: CommandOptions): Commands {
  const { store } = options;
  return {
    'POST /_postern/internet/add': (body) => {
      const { name = '', address = '', serves } = body as Body;
      const asked = { name: String(name), address: String(address), serves: servesOf(serves) };
      return store.transact((tx) => addInternetHost(callAs(options, tx, internetScope), asked));
    },
    'POST /_postern/internet/remove': (body) => {
      const { name = '' } = body as Body;
      return store.transact((tx) => {
        removeInternetHost(callAs(options, tx, internetScope), String(name));
        return {};
      });
    },
    'POST /_postern/internet/list': async () => [...store.snapshot.all('internetHost')],
  };
}

/** For hosts on premises too. */
export function servesOf(given: unknown): InternetHost['serves'] {
  const list: readonly unknown[] = Array.isArray(given) ? given : [];
  return list.map((one) => {
    const { port, text } = one as { port?: unknown; text?: unknown };
    return { port: Number(port), ...(text === undefined ? {} : { text: String(text) }) };
  });
}
