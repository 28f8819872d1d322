/*
 * The public GraphQL-over-HTTP audits of graphql-http, all of them: a SHOULD or a MAY that fails is
 * a failure here, because deployed clients were built on these answers.
 *
 *   node audits.mjs http://127.0.0.1:8080
 */
import { serverAudits } from 'graphql-http';

import { ensure, graphqlUrl, main, proved, same } from './lib.mjs';

const AUDITS = 61;

await main(async () => {
  const audits = serverAudits({ url: graphqlUrl, fetchFn: fetch });
  const failed = [];
  for (const audit of audits) {
    // One after the other: a failure that depends on another request would be a finding of its own.
    const result = await audit.fn();
    // Audits leave bodies unread where the status says enough.
    await result.response?.body?.cancel().catch(() => {});
    if (result.status === 'ok') {
      proved(`${audit.id} ${audit.name}`);
    } else {
      failed.push(audit.id);
      console.error(`FAIL  ${audit.id} ${audit.name}: ${result.status}, ${result.reason}`);
    }
  }
  ensure(failed.length === 0, `${failed.length} of ${audits.length} audits fail: ${failed.join(' ')}`);
  same(audits.length, AUDITS, 'number of audits');
  proved(`all ${audits.length} audits`);
});
