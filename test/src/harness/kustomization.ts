import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';

/* What `kubectl kustomize` does with the kustomizations of k8s/, so far as those ask for it: a suite must not need kubectl.
   Where kubectl is there, deployment-files.spec.ts holds both to come to the same. */

export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; [key: string]: unknown };
  [key: string]: unknown;
}

interface Operation {
  op: 'add' | 'replace' | 'remove';
  path: string;
  value?: unknown;
}

interface Kustomization {
  apiVersion: string;
  kind: string;
  namespace?: string;
  resources?: string[];
  images?: { name: string; newName?: string; newTag?: string }[];
  replicas?: { name: string; count: number }[];
  patches?: { target: { kind: string; name: string }; patch: string }[];
}

const KNOWN = ['apiVersion', 'kind', 'namespace', 'resources', 'images', 'replicas', 'patches'];
const CLUSTER_WIDE = ['Namespace'];

/** All objects of a YAML file. @throws Error that names the file and what is wrong in it */
export function readObjects(path: string): KubernetesObject[] {
  return parseAllDocuments(readFileSync(path, 'utf8'))
    .map((document) => {
      const [error] = [...document.errors, ...document.warnings];
      if (error !== undefined) throw new Error(`${path}: ${error.message}`);
      return document.toJS() as KubernetesObject | null;
    })
    .filter((object) => object !== null);
}

/** Builds a kustomization. @throws Error for a field that is not implemented here */
export function buildKustomization(folder: string): KubernetesObject[] {
  const plan = parse(readFileSync(join(folder, 'kustomization.yaml'), 'utf8')) as Kustomization;
  const unknown = Object.keys(plan).find((field) => !KNOWN.includes(field));
  if (unknown !== undefined) throw new Error(`${folder}: ${unknown} is not implemented in kustomization.ts`);
  const objects = (plan.resources ?? []).flatMap((resource) =>
    resource.endsWith('.yaml')
      ? readObjects(join(folder, resource))
      : buildKustomization(join(folder, resource)),
  );
  for (const object of objects) {
    if (plan.namespace !== undefined && !CLUSTER_WIDE.includes(object.kind))
      object.metadata.namespace = plan.namespace;
  }
  for (const { target, patch } of plan.patches ?? []) {
    const hit = objects.filter(
      ({ kind, metadata }) =>
        new RegExp(`^(?:${target.kind})$`).test(kind) &&
        new RegExp(`^(?:${target.name})$`).test(metadata.name),
    );
    if (hit.length === 0) throw new Error(`${folder}: no object is ${target.kind} ${target.name}`);
    for (const object of hit) for (const operation of parse(patch) as Operation[]) apply(object, operation);
  }
  for (const { name, count } of plan.replicas ?? []) {
    for (const object of objects.filter(
      ({ kind, metadata }) => kind === 'Deployment' && metadata.name === name,
    ))
      (object['spec'] as Record<string, unknown>)['replicas'] = count;
  }
  for (const image of plan.images ?? []) rename(objects, image);
  return objects;
}

/** RFC 6902, without move, copy and test. */
function apply(object: KubernetesObject, { op, path, value }: Operation): void {
  const steps = path
    .slice(1)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  const last = steps.pop() ?? '';
  let at: unknown = object;
  for (const step of steps) at = (at as Record<string, unknown> | undefined)?.[step];
  if (typeof at !== 'object' || at === null || Array.isArray(at))
    throw new Error(`${object.metadata.name}: ${path} leads nowhere`);
  const holder = at as Record<string, unknown>;
  if (op !== 'add' && !(last in holder)) throw new Error(`${object.metadata.name}: ${path} is not there`);
  if (op === 'remove') Reflect.deleteProperty(holder, last);
  else holder[last] = structuredClone(value);
}

function rename(at: unknown, image: { name: string; newName?: string; newTag?: string }): void {
  if (typeof at !== 'object' || at === null) return;
  for (const [key, value] of Object.entries(at)) {
    if (key === 'image' && value === image.name) {
      const tag = image.newTag === undefined ? '' : `:${image.newTag}`;
      (at as Record<string, unknown>)[key] = `${image.newName ?? image.name}${tag}`;
    } else rename(value, image);
  }
}
