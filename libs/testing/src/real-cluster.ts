import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const START_MS = 120_000;
/** Of a new database. */
export const ADMIN = 'admin:changeit';

/** What a name in the DNS would be for all nodes of a cluster; their certificate holds it. */
export const NAME = 'cluster.patron.test';

interface Member {
  readonly state: string;
  readonly isAlive: boolean;
  readonly httpEndPointIp: string;
}

/**
 * A cluster of genuine EventStoreDB nodes with TLS on this machine, its authority and certificates made for it. As the machines of
 * a real one they have an address each, of the loopback network, and one port.
 */
export class RealCluster {
  private readonly folder = mkdtempSync(join(tmpdir(), 'patron-cluster-'));
  private readonly nodes = new Map<string, ChildProcess>();
  readonly caFile = join(this.folder, 'ca', 'ca.crt');

  private constructor(
    private readonly program: string,
    readonly hosts: readonly string[],
    readonly port: number,
    private readonly replicationPort: number,
  ) {}

  /** @param program  Runs a node in the foreground with the flags that are put behind it. */
  static async start(program: string, size: 1 | 3): Promise<RealCluster> {
    const hosts = Array.from({ length: size }, (_, n) => `127.0.0.${n + 1}`);
    const [port = 0, replicationPort = 0] = await freePorts(2);
    const cluster = new RealCluster(program, hosts, port, replicationPort);
    cluster.certify();
    for (const host of hosts) cluster.startNode(host);
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
    return `esdb://${user}@${this.hosts.map((host) => `${host}:${this.port}`).join(',')}?${options}`;
  }

  /** For the driver: whatever node answers behind a name is asked for the others. */
  namedUrl(name: string): string {
    return `esdb+discover://${ADMIN}@${name}:${this.port}?tlsCAFile=${this.caFile}`;
  }

  /** The address of the node that leads, once one does and all that live agree. */
  async leader(): Promise<string> {
    for (const until = Date.now() + START_MS; ; await delay(200)) {
      const told = await Promise.all([...this.nodes.keys()].map((host) => this.gossip(host)));
      const leaders = told.map((members) => members?.find(({ state, isAlive }) => isAlive && state === 'Leader'));
      const [host] = leaders.map((leader) => leader?.httpEndPointIp);
      const agreed = leaders.every((leader) => leader?.httpEndPointIp === host);
      if (agreed && host !== undefined && this.nodes.has(host)) return host;
      if (Date.now() > until) throw new Error(`No node leads: ${JSON.stringify(told)}`);
    }
  }

  async kill(host: string): Promise<void> {
    const node = this.nodes.get(host);
    this.nodes.delete(host);
    if (node?.pid === undefined || node.exitCode !== null) return;
    const gone = once(node, 'exit');
    process.kill(-node.pid, 'SIGKILL');
    await gone;
  }

  /** Starts a node that was killed again, on its disk database. */
  async revive(host: string): Promise<void> {
    this.startNode(host);
    await this.leader();
  }

  /** Keeps the database of a node that was killed under a name. */
  keep(host: string, name: string): void {
    cpSync(this.database(host), join(this.folder, name), { recursive: true });
  }

  /** Puts a database that was kept in the place of a killed node's. */
  putBack(host: string, name: string): void {
    rmSync(this.database(host), { recursive: true });
    cpSync(join(this.folder, name), this.database(host), { recursive: true });
  }

  async close(): Promise<void> {
    for (const host of [...this.nodes.keys()]) await this.kill(host);
    rmSync(this.folder, { recursive: true, force: true });
  }

  private startNode(host: string): void {
    const others = this.hosts.filter((one) => one !== host).map((one) => `${one}:${this.port}`);
    const cluster = ['--cluster-size', '3', '--discover-via-dns', 'false', '--gossip-seed', others.join(',')];
    const flags = [
      ...['--node-ip', host, '--replication-ip', host, '--node-port', String(this.port)],
      ...['--replication-port', String(this.replicationPort), '--run-projections', 'None'],
      ...['--db', this.database(host), '--log', join(this.folder, `log-${host}`)],
      ...['--certificate-file', join(this.folder, 'node.crt')],
      ...['--certificate-private-key-file', join(this.folder, 'node.key')],
      ...['--trusted-root-certificates-path', join(this.folder, 'ca')],
      ...(others.length > 0 ? cluster : []),
    ];
    const command = `exec ${this.program} ${flags.join(' ')}`;
    this.nodes.set(host, spawn('/bin/sh', ['-c', command], { detached: true, stdio: 'ignore' }));
  }

  private database(host: string): string {
    return join(this.folder, `db-${host}`);
  }

  private certify(): void {
    mkdirSync(join(this.folder, 'ca'));
    const openssl = (...words: readonly string[]): unknown =>
      execFileSync('openssl', words, { cwd: this.folder, stdio: 'pipe' });
    const key = ['-newkey', 'rsa:2048', '-nodes'];
    openssl('req', '-x509', ...key, '-days', '2', '-keyout', 'ca.key', '-out', this.caFile, '-subj', '/CN=Test CA');
    openssl('req', ...key, '-keyout', 'node.key', '-out', 'node.csr', '-subj', '/CN=eventstoredb-node');
    const names = [...this.hosts.map((host) => `IP:${host}`), 'DNS:localhost', `DNS:${NAME}`].join(',');
    const extensions = `subjectAltName=${names}\nextendedKeyUsage=serverAuth,clientAuth\n`;
    writeFileSync(join(this.folder, 'node.ext'), extensions);
    const signed = ['-CA', this.caFile, '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', 'node.ext'];
    openssl('x509', '-req', '-in', 'node.csr', ...signed, '-out', 'node.crt');
  }

  private gossip(host: string): Promise<readonly Member[] | undefined> {
    const options = { host, port: this.port, path: '/gossip', ca: readFileSync(this.caFile), timeout: 2_000 };
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

/** Free at every address of this machine. */
async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '0.0.0.0'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
