import type { z } from 'zod';
import { jsonPointer, Problem, type FieldError } from './problem.js';

function fieldErrors(issue: z.core.$ZodIssue): FieldError[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: jsonPointer([...issue.path, key]),
      message: 'is not a known field; remove it or mend its name',
    }));
  }
  const missing = issue.code === 'invalid_type' && issue.message.endsWith('received undefined');
  return [
    { path: jsonPointer(issue.path), message: missing ? `is required: ${issue.expected}` : issue.message },
  ];
}

/** What a zod refusal says, as the contract's `errors`: one entry a field, unknown fields by name. */
export function problemFromIssues(issues: readonly z.core.$ZodIssue[], prefix = ''): Problem {
  const errors = issues.flatMap(fieldErrors).map((entry) => ({ ...entry, path: prefix + entry.path }));
  const named = errors.map((entry) => `${entry.path || 'body'}: ${entry.message}`).join('; ');
  return new Problem(422, named.length > 1000 ? `${named.slice(0, 999)}…` : named, errors);
}

/** Parses or throws the {@link Problem} 422 that names each field. */
export function parseOrProblem<S extends z.ZodType>(schema: S, value: unknown, prefix = ''): z.output<S> {
  const result = schema.safeParse(value);
  if (!result.success) throw problemFromIssues(result.error.issues, prefix);
  return result.data;
}
