import { useInfiniteQuery } from '@tanstack/react-query';
import { addressWith } from '../address.js';
import { call, queryOf } from '../api/call.js';
import type { Page, Role } from '../api/shapes.js';
import { useProblemWords } from '../parts/action.js';
import { More } from '../parts/more.js';
import { ClockTime } from '../parts/time.js';
import { useWords } from '../words/language.js';

interface AuditEntry {
  id: string;
  at: string;
  keyName: string;
  role: Role;
  action: string;
  subject: { kind: string; id: string };
  detail: Record<string, unknown>;
}

/** Who changed what and when. */
export default function AuditScreen() {
  const { say, sayIfKnown } = useWords();
  const words = useProblemWords();
  const question = useInfiniteQuery({
    queryKey: ['audit'],
    queryFn: ({ pageParam, signal }) =>
      call<Page<AuditEntry>>(`/api/v1/audit${queryOf({ limit: 100, cursor: pageParam })}`, { signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
  });
  const entries = question.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <>
      <h1>{say('audit.title')}</h1>
      {question.isError && <p>{words(question.error)}</p>}
      {question.isSuccess && entries.length === 0 && <p className="quiet">{say('audit.empty')}</p>}
      {entries.length > 0 && (
        <div className="scroll" tabIndex={0} role="region" aria-label={say('audit.title')}>
          <table className="plain">
            <thead>
              <tr>
                <th scope="col">{say('audit.at')}</th>
                <th scope="col">{say('audit.who')}</th>
                <th scope="col">{say('audit.what')}</th>
                <th scope="col">{say('audit.subject')}</th>
                <th scope="col">{say('audit.detail')}</th>
              </tr>
            </thead>
            <tbody>
              {entries.map((entry) => (
                <tr key={entry.id}>
                  <td>
                    <ClockTime at={entry.at} />
                  </td>
                  <td>
                    <bdi>{entry.keyName}</bdi> <span className="quiet">{say(`role.${entry.role}`)}</span>
                  </td>
                  <td>{sayIfKnown(`action.${entry.action}`) ?? entry.action}</td>
                  <td className="mono">
                    {entry.subject.kind === 'article' ? (
                      <a href={addressWith({ screen: null, article: entry.subject.id })}>
                        {entry.subject.id}
                      </a>
                    ) : (
                      entry.subject.id
                    )}
                  </td>
                  <td className="detail">
                    <bdi>{Object.keys(entry.detail).length === 0 ? '' : JSON.stringify(entry.detail)}</bdi>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <More of={question}>{say('board.next')}</More>
    </>
  );
}
