// The proxies of listeners that speak PROXY protocol v2: each connection goes on to a target from the balancer node's
// address, with a header before its bytes that says who the client is and through which endpoint it came.
import { connect, type Socket } from 'node:net';
import { pipeline } from 'node:stream';
import type { ProxyPlan } from '../plan/plan.ts';
import type { Listeners } from './listeners.ts';
import { proxyHeader } from './proxy-header.ts';

export interface ProxyServersOptions {
  /** Private address of the interface with this identity or proxy address; a public address is its own. */
  readonly knownAddressOf: (address: string) => string | undefined;
  readonly listeners: Listeners;
}

interface Running {
  plan: ProxyPlan;
  readonly stop: () => void;
}

export class ProxyServers {
  private readonly options: ProxyServersOptions;
  private readonly running = new Map<string, Running>();
  private next = 0;

  constructor(options: ProxyServersOptions) {
    this.options = options;
  }

  /** Listens on exactly these; connections that stand are not touched. */
  update(plans: readonly ProxyPlan[]): void {
    const wanted = new Map(plans.map((plan) => [`${plan.listenAddress}:${plan.port}`, plan]));
    for (const [key, { stop }] of this.running) {
      if (wanted.has(key)) continue;
      stop();
      this.running.delete(key);
    }
    for (const [key, plan] of wanted) {
      const known = this.running.get(key);
      if (known !== undefined) known.plan = plan;
      else this.listen(key, plan);
    }
  }

  private listen(key: string, plan: ProxyPlan): void {
    const stop = this.options.listeners.listen(plan.listenAddress, plan.port, (client) =>
      this.forward(client, key),
    );
    this.running.set(key, { plan, stop });
  }

  private forward(client: Socket, key: string): void {
    const plan = this.running.get(key)?.plan;
    const target = plan?.targets[this.next++ % plan.targets.length];
    const sourceAddress = this.options.knownAddressOf(client.remoteAddress ?? '');
    const destinationAddress = this.options.knownAddressOf(client.localAddress ?? '');
    if (plan === undefined || target === undefined) return void client.destroy();
    if (sourceAddress === undefined || destinationAddress === undefined) return void client.destroy();
    const server = connect({
      host: target.destinationAddress,
      port: target.port,
      localAddress: target.sourceAddress,
      allowHalfOpen: true,
    });
    const { endpointId } = plan;
    server.write(
      proxyHeader({
        sourceAddress,
        sourcePort: client.remotePort ?? 0,
        destinationAddress,
        destinationPort: plan.port,
        ...(endpointId === undefined ? {} : { endpointId }),
      }),
    );
    pipeline(client, server, () => undefined);
    pipeline(server, client, () => undefined);
  }
}
