// `node:http` offers WebSocket from undici, and an import of anything else of it loads that too: 35 ms of the start of
// control and of the agent, neither of which uses it. main.ts imports this before one of them.
const http = process.getBuiltinModule('node:http');
for (const name of ['WebSocket', 'CloseEvent', 'MessageEvent']) Reflect.deleteProperty(http, name);
