import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const START_MS = 120_000;
/** Of a new database. */
export const ADMIN = 'admin:changeit';

interface Member {
  readonly state: string;
  readonly isAlive: boolean;
  readonly httpEndPointPort: number;
}

/** A cluster of genuine EventStoreDB nodes with TLS on this machine, its authority and certificates made for it. */
export class RealCluster {
  private readonly folder = mkdtempSync(join(tmpdir(), 'patron-cluster-'));
  private readonly nodes = new Map<number, ChildProcess>();
  readonly caFile = join(this.folder, 'ca', 'ca.crt');

  private constructor(
    private readonly program: string,
    readonly ports: readonly number[],
    private readonly replicationPorts: readonly number[],
  ) {}

  /** @param program  Runs a node in the foreground with the flags that are put behind it. */
  static async start(program: string, size: 1 | 3): Promise<RealCluster> {
    const ports = await freePorts(size * 2);
    const cluster = new RealCluster(program, ports.slice(0, size), ports.slice(size));
    cluster.certify();
    for (const port of cluster.ports) cluster.startNode(port);
    try {
      await cluster.leader();
      return cluster;
    } catch (error) {
      await cluster.close();
      throw error;
    }
  }

  /** For the driver: every node, found by their gossip. */
  url(options = `tlsCAFile=${this.caFile}`, user = ADMIN): string {
    return `esdb://${user}@${this.ports.map((port) => `127.0.0.1:${port}`).join(',')}?${options}`;
  }

  /** The port of the node that leads, once one does and all that live agree. */
  async leader(): Promise<number> {
    for (const until = Date.now() + START_MS; ; await delay(200)) {
      const told = await Promise.all([...this.nodes.keys()].map((port) => this.gossip(port)));
      const leaders = told.map((members) => members?.find(({ state, isAlive }) => isAlive && state === 'Leader'));
      const [port] = new Set(leaders.map((leader) => leader?.httpEndPointPort ?? 0));
      const agreed = leaders.every((leader) => leader?.httpEndPointPort === port);
      if (agreed && port !== undefined && this.nodes.has(port)) return port;
      if (Date.now() > until) throw new Error(`No node leads: ${JSON.stringify(told)}`);
    }
  }

  async kill(port: number): Promise<void> {
    const node = this.nodes.get(port);
    this.nodes.delete(port);
    if (node?.pid === undefined || node.exitCode !== null) return;
    const gone = once(node, 'exit');
    process.kill(-node.pid, 'SIGKILL');
    await gone;
  }

  /** Starts a node that was killed again, on its disk database. */
  async revive(port: number): Promise<void> {
    this.startNode(port);
    await this.leader();
  }

  async close(): Promise<void> {
    for (const port of [...this.nodes.keys()]) await this.kill(port);
    rmSync(this.folder, { recursive: true, force: true });
  }

  private startNode(port: number): void {
    const replication = this.replicationPorts[this.ports.indexOf(port)] ?? 0;
    const others = this.ports.filter((one) => one !== port).map((one) => `127.0.0.1:${one}`);
    const cluster = ['--cluster-size', '3', '--discover-via-dns', 'false', '--gossip-seed', others.join(',')];
    const flags = [
      ...['--node-ip', '127.0.0.1', '--replication-ip', '127.0.0.1', '--node-port', String(port)],
      ...['--replication-port', String(replication), '--run-projections', 'None'],
      ...['--db', join(this.folder, `db-${port}`), '--log', join(this.folder, `log-${port}`)],
      ...['--certificate-file', join(this.folder, 'node.crt')],
      ...['--certificate-private-key-file', join(this.folder, 'node.key')],
      ...['--trusted-root-certificates-path', join(this.folder, 'ca')],
      ...(others.length > 0 ? cluster : []),
    ];
    const command = `exec ${this.program} ${flags.join(' ')}`;
    this.nodes.set(port, spawn('/bin/sh', ['-c', command], { detached: true, stdio: 'ignore' }));
  }

  private certify(): void {
    mkdirSync(join(this.folder, 'ca'));
    const openssl = (...words: readonly string[]): unknown =>
      execFileSync('openssl', words, { cwd: this.folder, stdio: 'pipe' });
    const key = ['-newkey', 'rsa:2048', '-nodes'];
    openssl('req', '-x509', ...key, '-days', '2', '-keyout', 'ca.key', '-out', this.caFile, '-subj', '/CN=Test CA');
    openssl('req', ...key, '-keyout', 'node.key', '-out', 'node.csr', '-subj', '/CN=eventstoredb-node');
    const names = 'subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth,clientAuth\n';
    writeFileSync(join(this.folder, 'node.ext'), names);
    const signed = ['-CA', this.caFile, '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', 'node.ext'];
    openssl('x509', '-req', '-in', 'node.csr', ...signed, '-out', 'node.crt');
  }

  private gossip(port: number): Promise<readonly Member[] | undefined> {
    const options = { host: '127.0.0.1', port, path: '/gossip', ca: readFileSync(this.caFile), timeout: 2_000 };
    return new Promise((resolve) => {
      const asked = request(options, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () => {
          try {
            resolve((JSON.parse(text) as { readonly members: readonly Member[] }).members);
          } catch {
            resolve(undefined);
          }
        });
      });
      asked.on('error', () => resolve(undefined)).on('timeout', () => asked.destroy());
      asked.end();
    });
  }
}

async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
