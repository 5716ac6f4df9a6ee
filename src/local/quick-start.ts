// Makes control and the agent start in half the time; main.ts imports it before one of them. What they load only when it
// is first asked for stands in api/questions.ts, api/actions.ts, local/built-ins.ts and frontdoor/authority.ts.
import { registerHooks } from 'node:module';

// Our imports name their file, so Node need not look for it: no link to follow, no package.json on the way up.
registerHooks({
  resolve: (specifier, context, next) =>
    context.parentURL !== undefined && /^\..*\.ts$/.test(specifier)
      ? {
          url: new URL(specifier, context.parentURL).href,
          format: 'module-typescript',
          shortCircuit: true,
        }
      : next(specifier, context),
});

// `node:http` offers WebSocket from undici, and whoever imports anything of it loads that too. Nobody here uses it.
const http = process.getBuiltinModule('node:http');
for (const name of ['WebSocket', 'CloseEvent', 'MessageEvent']) Reflect.deleteProperty(http, name);
