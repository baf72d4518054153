import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { BlockList } from 'node:net';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { findProgram } from '@newsrelay/local-servers/find-program';
import { temporaryDataDir, type TemporaryDataDir } from '@newsrelay/local-servers/temporary-data-dir';
import { parseAllDocuments } from 'yaml';
import { APPS, imageEnvironment, readAsApp, type App } from './harness/container-environment.js';
import { buildKustomization, type KubernetesObject } from './harness/kustomization.js';

const ROOT = join(import.meta.dirname, '../..');
const OVERLAYS = ['development', 'production'] as const;
const SERVICES = APPS.filter((app) => app !== 'migrate');

interface Probe {
  httpGet?: { path: string; port: string };
}
interface Container {
  name: string;
  image: string;
  env?: { name: string; value: string }[];
  envFrom?: { configMapRef: { name: string } }[];
  ports?: { name: string; containerPort: number }[];
  startupProbe?: Probe;
  livenessProbe?: Probe;
  readinessProbe?: Probe;
  resources: { limits: Record<string, string>; requests: Record<string, string> };
  securityContext: Record<string, unknown>;
}
interface PodSpec {
  containers: Container[];
  securityContext: Record<string, unknown>;
  terminationGracePeriodSeconds?: number;
  automountServiceAccountToken: boolean;
  volumes: {
    name: string;
    secret?: { secretName: string; items: { key: string; path: string }[] };
  }[];
}
interface Pod {
  name: string;
  kind: string;
  labels: Record<string, string>;
  spec: PodSpec;
}
interface Selector {
  matchLabels?: Record<string, string>;
  matchExpressions?: { key: string; operator: string; values: string[] }[];
}

const folderOf = (overlay: string) => join(ROOT, 'k8s/overlays', overlay);

function podsOf(objects: KubernetesObject[]): Pod[] {
  return objects
    .filter(({ kind }) => ['Deployment', 'StatefulSet', 'Job'].includes(kind))
    .map(({ kind, metadata, ...rest }) => {
      const { template } = rest['spec'] as {
        template: { metadata: { labels: Record<string, string> }; spec: PodSpec };
      };
      return { name: metadata.name, kind, labels: template.metadata.labels, spec: template.spec };
    });
}

function selects(
  { matchLabels = {}, matchExpressions = [] }: Selector,
  labels: Record<string, string>,
): boolean {
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, values }) => values.includes(labels[key] ?? ''))
  );
}

function specOf({ metadata, ...rest }: KubernetesObject): { name: string; spec: unknown } {
  return { name: metadata.name, spec: rest['spec'] };
}

/** The one container of a pod. */
function containerOf({ name, spec }: Pod): Container {
  const [container, ...others] = spec.containers;
  if (container === undefined || others.length > 0) throw new Error(`${name} has not one container`);
  return container;
}

describe.each(OVERLAYS)('k8s/overlays/%s', (overlay) => {
  let objects: KubernetesObject[];
  let folder: TemporaryDataDir;
  let secrets: string;

  beforeAll(() => {
    objects = buildKustomization(folderOf(overlay));
    folder = temporaryDataDir();
    secrets = join(folder.path, 'secrets');
    execFileSync(join(ROOT, 'deploy/make-secrets.sh'), [secrets]);
  });
  afterAll(() => folder.remove());

  const named = (kind: string, name: string): KubernetesObject => {
    const found = objects.find((object) => object.kind === kind && object.metadata.name === name);
    if (found === undefined) throw new Error(`there is no ${kind} ${name}`);
    return found;
  };
  const all = (kind: string) => objects.filter((object) => object.kind === kind);
  const environmentOf = (pod: Pod): Record<string, string> => {
    const { env = [], envFrom = [] } = containerOf(pod);
    return Object.assign(
      {},
      ...envFrom.map(({ configMapRef }) => named('ConfigMap', configMapRef.name)['data'] as object),
      Object.fromEntries(env.map(({ name, value }) => [name, value])),
    ) as Record<string, string>;
  };
  const appPods = () => podsOf(objects).filter(({ name }) => APPS.includes(name as App));

  const kubectl = findProgram('kubectl');
  const isRecent =
    kubectl !== undefined &&
    /Kustomize Version: v[5-9]/.test(
      spawnSync(kubectl, ['version', '--client'], { encoding: 'utf8' }).stdout,
    );
  // Debian's kubectl brings a kustomize of 2018, which does not know these files' words.
  (isRecent ? it : it.skip)('is built by kubectl kustomize as by the other tests here', () => {
    const built = execFileSync(kubectl ?? '', ['kustomize', folderOf(overlay)], { encoding: 'utf8' });
    const byName = (list: KubernetesObject[]) =>
      Object.fromEntries(list.map((object) => [`${object.kind} ${object.metadata.name}`, object]));
    const theirs = parseAllDocuments(built).map((document) => document.toJS() as KubernetesObject);
    expect(byName(objects)).toEqual(byName(theirs));
  });

  it('is what the API of Kubernetes takes, with no field that it does not know', async () => {
    const lines: string[] = [];
    for (const [index, object] of objects.entries()) {
      const module = object.apiVersion.startsWith('keda.sh/')
        ? `@kubernetes-models/keda/${object.apiVersion}`
        : `kubernetes-models/${object.apiVersion}`;
      const models = (await import(module)) as Record<
        string,
        (new (data: unknown) => { validate: () => void }) | undefined
      >;
      const Model = models[object.kind];
      if (Model === undefined) throw new Error(`${object.apiVersion} ${object.kind} is not known`);
      const { name } = object.metadata;
      // Types and values …
      expect(() => {
        try {
          new Model(object).validate();
        } catch (error) {
          throw new Error(`${object.kind} ${name}: ${String(error)}`, { cause: error });
        }
      }).not.toThrow();
      // … and fields, which the schemas of Kubernetes leave open and its types do not.
      lines.push(
        `import type { I${object.kind} as T${index} } from '${module}';`,
        `export const o${index}: T${index} = ${JSON.stringify(object)};`,
      );
    }
    const file = join(ROOT, 'test/dist', `kubernetes-files-${overlay}.mts`);
    writeFileSync(file, lines.join('\n'));
    const compiled = spawnSync(
      process.execPath,
      [
        join(ROOT, 'node_modules/typescript/bin/tsc'),
        ...['--ignoreConfig', '--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2024'],
        ...['--skipLibCheck', '--types', 'node', file],
      ],
      { encoding: 'utf8' },
    );
    expect(compiled.stdout).toBe('');
    expect(compiled.status).toBe(0);
  }, 120_000);

  it('runs every service and the migration, each from its own image', () => {
    expect(
      appPods()
        .map(({ name }) => name)
        .sort(),
    ).toEqual([...APPS].sort());
    for (const pod of appPods()) expect(containerOf(pod).image).toMatch(new RegExp(`newsrelay-${pod.name}:`));
    for (const pod of podsOf(objects)) expect(containerOf(pod).image).toMatch(/^[\w./-]+:[\w.-]+$/);
  });

  it('gives each service the settings it reads, all of them', () => {
    for (const pod of appPods()) {
      const app = pod.name as App;
      const given = { ...imageEnvironment(ROOT, app), ...environmentOf(pod) };
      const unread = readAsApp(app, given, (path) => join(secrets, basename(path)));
      // The one thing too many: the retry schedule is publish's, in a map that the console shares.
      const shared = app === 'console' ? ['NEWSRELAY_RETRY_SCHEDULE'] : [];
      expect({ app, unread }).toEqual({ app, unread: shared });
    }
  });

  it('lets the services believe what the gateway and the ingress say of their callers', () => {
    for (const pod of appPods().filter(({ name }) => SERVICES.includes(name as never))) {
      const { NEWSRELAY_TRUSTED_PROXIES: trusted = '' } = environmentOf(pod);
      const ranges = new BlockList();
      for (const range of trusted.split(',')) {
        const [network = '', bits] = range.split('/');
        ranges.addSubnet(network, Number(bits), network.includes(':') ? 'ipv6' : 'ipv4');
      }
      const believed = ['10.244.1.7', '172.20.3.4', '192.168.5.6', '100.64.0.9', '8.8.8.8'];
      expect({ pod: pod.name, believed: believed.filter((address) => ranges.check(address)) }).toEqual({
        pod: pod.name,
        believed: believed.slice(0, -1),
      });
    }
  });

  it('hands each pod the secrets that its settings name, and holds none itself', () => {
    expect(all('Secret')).toEqual([]);
    for (const pod of appPods()) {
      const wanted = Object.entries(environmentOf(pod))
        .filter(([name]) => name.endsWith('_FILE'))
        .map(([, path]) => basename(path));
      const items = pod.spec.volumes.find(({ secret }) => secret?.secretName === 'newsrelay')?.secret?.items;
      expect({ pod: pod.name, items: items?.map(({ path }) => path).sort() }).toEqual({
        pod: pod.name,
        items: wanted.sort(),
      });
    }
  });

  it('lets no container be root, write to its root or gain rights, and limits each', () => {
    for (const { name, spec } of podsOf(objects)) {
      for (const container of spec.containers) {
        expect({ name, ...container.securityContext }).toEqual({
          name,
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
        for (const what of ['cpu', 'memory']) {
          expect({ name, limit: container.resources.limits[what] }).not.toEqual({ name, limit: undefined });
          expect(container.resources.requests[what]).toBeDefined();
        }
      }
      expect(spec.securityContext).toMatchObject({
        runAsNonRoot: true,
        seccompProfile: { type: 'RuntimeDefault' },
      });
      expect(spec.automountServiceAccountToken).toBe(false);
    }
  });

  it('asks each service for life and readiness, and leaves it the time it needs to end', () => {
    for (const pod of podsOf(objects).filter(({ name }) => SERVICES.includes(name as never))) {
      const { startupProbe, livenessProbe, readinessProbe } = containerOf(pod);
      // Waiting for a server or for the schema is life: such a process is not started anew.
      expect(startupProbe?.httpGet?.path).toBe('/health/live');
      expect(livenessProbe?.httpGet?.path).toBe('/health/live');
      expect(readinessProbe?.httpGet?.path).toBe('/health/ready');
      expect(pod.spec.terminationGracePeriodSeconds).toBeGreaterThan(35);
    }
  });

  it('empties nodes of one pod at a time, and selects pods that there are', () => {
    const pods = podsOf(objects);
    const budgets = all('PodDisruptionBudget').map(specOf) as {
      name: string;
      spec: { selector: Selector };
    }[];
    expect(budgets.map(({ name }) => name).sort()).toEqual([...SERVICES, 'gateway'].sort());
    for (const { name, spec } of budgets)
      expect(pods.filter(({ labels }) => selects(spec.selector, labels)).map((pod) => pod.name)).toEqual([
        name,
      ]);
    const services = all('Service').map(specOf) as {
      name: string;
      spec: { selector: Record<string, string>; ports: { targetPort: string }[] };
    }[];
    for (const { name, spec } of services) {
      const [pod] = pods.filter(({ labels }) => selects({ matchLabels: spec.selector }, labels));
      if (pod === undefined) throw new Error(`the service ${name} selects nothing`);
      const ports = containerOf(pod).ports?.map((port) => port.name);
      for (const { targetPort } of spec.ports) expect(ports).toContain(targetPort);
    }
  });

  it('lets nobody speak but who is named, and out into the world only who calls outlets', () => {
    const policies = all('NetworkPolicy').map(specOf) as {
      name: string;
      spec: {
        podSelector: Selector;
        policyTypes: string[];
        egress?: { to?: { ipBlock?: { cidr: string } }[] }[];
      };
    }[];
    const deny = policies.find(({ name }) => name === 'default-deny');
    expect(deny?.spec).toEqual({ podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
    const pods = podsOf(objects);
    const world = policies.filter(({ spec }) =>
      spec.egress?.some(({ to }) => to?.some(({ ipBlock }) => ipBlock?.cidr === '0.0.0.0/0') ?? true),
    );
    const may = world.flatMap(({ spec }) => pods.filter(({ labels }) => selects(spec.podSelector, labels)));
    expect(may.map(({ name }) => name).sort()).toEqual(['console', 'publish']);
    // A rule for a pod that is not there is a rule that does not hold.
    for (const { name, spec } of policies)
      expect({ name, some: pods.some(({ labels }) => selects(spec.podSelector, labels)) }).toEqual({
        name,
        some: true,
      });
  });

  it('has the files of deploy/gateway and deploy/nats as they are there', () => {
    const data = (name: string) => named('ConfigMap', name)['data'] as Record<string, string>;
    for (const name of ['nginx.conf', 'gateway.conf.template'])
      expect(data('gateway')[name]).toBe(readFileSync(join(ROOT, 'deploy/gateway', name), 'utf8'));
    if (overlay === 'development')
      expect(data('nats')['nats.conf']).toBe(readFileSync(join(ROOT, 'deploy/nats/nats.conf'), 'utf8'));
  });
});

describe('scaling', () => {
  const objects = buildKustomization(folderOf('production'));
  const scaled = objects.filter(({ kind }) => ['HorizontalPodAutoscaler', 'ScaledObject'].includes(kind));
  const deployments = objects.filter(({ kind }) => kind === 'Deployment');

  it('scales what may run several times, and sets no number of its own beside', () => {
    expect(scaled.map(({ metadata }) => metadata.name).sort()).toEqual([
      'feeds',
      'ingest',
      'publish',
      'transform',
    ]);
    for (const { metadata, ...rest } of scaled) {
      const target = (rest['spec'] as { scaleTargetRef: { name: string } }).scaleTargetRef.name;
      expect(target).toBe(metadata.name);
      const deployment = deployments.find((object) => object.metadata.name === target);
      expect(deployment?.['spec']).not.toHaveProperty('replicas');
    }
  });

  it('asks Prometheus for metrics that the services have', () => {
    const queries = scaled
      .filter(({ kind }) => kind === 'ScaledObject')
      .flatMap(({ spec }) => (spec as { triggers: { metadata: { query: string } }[] }).triggers)
      .map(({ metadata }) => metadata.query);
    const metrics = queries.flatMap((query) => query.match(/newsrelay_\w+/g) ?? []);
    // The page is held to what the processes register by apps/single-machine/src/observability.spec.ts.
    const documented = readFileSync(join(ROOT, 'docs/metrics.md'), 'utf8');
    expect(metrics).toHaveLength(2);
    for (const metric of metrics) expect(documented).toContain(`\`${metric}\``);
  });
});
