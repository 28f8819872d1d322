/*
 * Two organisations, told by one client for each: they lay the foundations of a partnership, bring it into force and go through
 * a whole joint review. One of them is offline for half of it: it answers, states and accepts on the device, and sends everything
 * at once when there is a line. Told twice, with the sides swapped: nothing changes.
 *
 *   node review.mjs http://127.0.0.1:8080
 */
import { ask, demoTokens, ensure, main, probe, same, unusedId } from './lib.mjs';

const ORGANISATIONS = '{ organisations(first: 50) { edges { node { id name } } } }';
const ME = '{ me { person { id } } }';
const OPEN = 'query($id: ID!) { consentRequests(subjectId: $id, state: OPEN) { edges { node { id contentHash } } } }';
const REVIEW = `query($id: ID!) { review(id: $id) {
  state monitoringDueAt submissions { side { id } } definitions { revision }
  questions { id element code answers { text side { id } } }
  indicators { id title state result ratings { category side { id } } }
  actions { id version state acceptedAs ownerSide { id } }
} }`;
const PUSH = `mutation($rows: [SyncCommandInputPushRow!]!) {
  pushSyncCommand(syncCommandPushRow: $rows) { id status code rule field message resultId }
}`;
const EVENTS = `query($after: String) { events(after: $after, first: 100) {
  cursor events { event record { ... on PrincipleAdoption { principle withdrawalReason } } }
} }`;

/** One side: its people, and a device that may be without a line. */
class Side {
  constructor({ name, token, representative }) {
    Object.assign(this, { name, token, representative, line: true, kept: [] });
  }

  /** Gives a command: at once, or kept on the device until there is a line. */
  async gives(command, input, selection = 'id') {
    if (!this.line) {
      this.kept.push({ command, input });
      return null;
    }
    const type = `${command[0].toUpperCase()}${command.slice(1)}Input`;
    const data = await ask(this.token, `mutation($input: ${type}!) { ${command}(input: $input) { ${selection} } }`, { input });
    return data[command];
  }

  /** The line is back: everything that was kept is sent in one push, in order. */
  async comesBack() {
    this.line = true;
    const rows = this.kept.splice(0).map(({ command, input }) => ({
      newDocumentState: {
        id: unusedId(), deleted: false, name: command, input: JSON.stringify(input), capturedAt: new Date().toISOString(),
      },
    }));
    const { pushSyncCommand: told } = await ask(this.token, PUSH, { rows });
    const wrong = told.filter(({ status }) => status !== 'DONE');
    same(wrong, [], `commands that ${this.name} gave offline`);
    return rows.length;
  }

  asks(query, variables) {
    return ask(this.token, query, variables);
  }

  async review(id) {
    return (await this.asks(REVIEW, { id })).review;
  }

  /** The rule that refuses a command. */
  async refusedBy(command, input) {
    try {
      await this.gives(command, input);
    } catch (error) {
      return /"rule":"([A-Z_]+)"/.exec(error.message)?.[1];
    }
    return null;
  }
}

/** Every side agrees to what is asked about a record. */
async function allAgree(sides, subject) {
  for (const side of sides) {
    const { consentRequests: { edges } } = await side.asks(OPEN, { id: subject });
    same(edges.length, 1, `requests that wait for ${side.name}`);
    const [{ node }] = edges;
    await side.gives('giveConsent', { requestId: node.id, contentHash: node.contentHash });
  }
}

async function comesIntoForce(a, b) {
  const { organisations: { edges } } = await a.asks(ORGANISATIONS);
  const idOf = ({ name }) => edges.find(({ node }) => node.name === name).node.id;
  const made = await a.gives('createPartnership', {
    organisationId: idOf(a), partnerIds: [idOf(b)], title: `Wells, by ${a.name}`, scope: 'Two counties.', country: 'SS', noAgreement: true,
  }, 'id sides { id shownAs }');
  const sideOf = ({ name }) => made.sides.find(({ shownAs }) => shownAs === name).id;
  await a.gives('proposePartnership', { id: made.id, expectedVersion: 1 });
  for (const side of [a, b]) {
    const { me } = await side.asks(ME);
    side.id = sideOf(side);
    await ask(side.representative, 'mutation($input: AssignSideRoleInput!) { assignSideRole(input: $input) { id } }', {
      input: { sideId: side.id, personId: me.person.id, role: 'SIGNATORY' },
    });
  }
  const [{ node: request }] = (await a.asks(OPEN, { id: made.id })).consentRequests.edges;
  const consent = { requestId: request.id, contentHash: request.contentHash };
  same(await a.refusedBy('giveConsent', consent), 'PRINCIPLES_ADOPTED', 'what refuses before anything is said');
  const { catalogue } = await b.asks('{ catalogue(key: PRINCIPLES) { version } }');
  b.line = false;
  for (const [side, other] of [[a, b], [b, a]]) {
    const about = { partnershipId: made.id };
    await side.gives('adoptPrinciples', { ...about, textVersion: catalogue.version });
    await side.gives('recordRiskAttitude', { ...about, riskType: 'SECURITY', appetite: 'CAUTIOUS', statement: `${side.name} turns back in time.` });
    await side.gives('identifyRiskTransfer', {
      ...about, fromSideId: other.id, toSideId: side.id, title: 'Seen together', description: 'Who is seen with us is taken for us.',
      intent: 'UNINTENDED', effect: 'INCREASED', channel: 'PERCEPTION', bearing: 'NEGATIVE',
    });
    await side.gives('stateDutyOfCare', { ...about, toSideId: other.id, noLegalDuty: true, moral: 'Nobody is left behind.' });
  }
  const { partnership: before } = await a.asks('query($id: ID!) { partnership(id: $id) { foundations { sideId missing } } }', { id: made.id });
  const missing = Object.fromEntries(before.foundations.map(({ sideId, missing: rules }) => [sideId, rules.length]));
  same(missing, { [a.id]: 0, [b.id]: 4 }, 'what is missing while one side is offline');
  same(await a.refusedBy('giveConsent', consent), 'PRINCIPLES_ADOPTED', 'what refuses while one side is offline');
  const sent = await b.comesBack();
  await allAgree([a, b], made.id);
  const { partnership } = await b.asks('query($id: ID!) { partnership(id: $id) { state } }', { id: made.id });
  same(partnership.state, 'ACTIVE', 'state');
  return { id: made.id, sent };
}

async function stepsBack(a, b, partnership) {
  const { streamPosition: after } = await a.asks('{ streamPosition }');
  await b.gives('withdrawPrinciple', { partnershipId: partnership, principle: 'EQUITY', reason: 'The budget was cut without us.' });
  const { events: { events } } = await a.asks(EVENTS, { after });
  const heard = events.filter(({ event }) => event === 'principles.withdrawn').map(({ record }) => record);
  same(heard, [{ principle: 'EQUITY', withdrawalReason: 'The budget was cut without us.' }], 'what the other side hears');
  const { catalogue } = await b.asks('{ catalogue(key: PRINCIPLES) { version } }');
  await b.gives('adoptPrinciples', { partnershipId: partnership, textVersion: catalogue.version });
}

async function goesThrough(a, b, partnershipId) {
  const { id } = await a.gives('openReview', {
    partnershipId, title: 'First review', mode: 'SEPARATE_THEN_DISCUSS', approach: 'Two afternoons.', monitoringIntervalDays: 30,
  });
  const next = async (state) => {
    await b.gives('proposeReviewStep', { reviewId: id });
    await allAgree([a, b], id);
    same((await a.review(id)).state, state, 'step');
  };
  await next('QUESTIONS');
  await a.gives('addReviewQuestions', { reviewId: id, codes: ['Q05', 'Q13'], own: [{ element: 'E08', text: 'Who may stop a journey?' }] });
  await next('ANSWERING');

  // One side answers without a line; the other finds nothing, and then everything.
  const { questions } = await b.review(id);
  b.line = false;
  for (const side of [a, b]) {
    for (const question of questions) {
      await side.gives('answerReviewQuestion', { questionId: question.id, perspective: 'SECURITY', text: `As ${side.name} sees it.` });
    }
    await side.gives('submitReviewAnswers', { reviewId: id });
  }
  const sealed = await a.review(id);
  ensure(sealed.questions.every(({ answers }) => answers.length === 1 && answers[0].side.id === a.id), 'something else is seen than the own answers');
  let sent = await b.comesBack();
  const revealed = await a.review(id);
  same([revealed.state, revealed.questions.map(({ answers }) => answers.length)], ['REVEALED', [2, 2, 2]], 'after the last submission');
  await next('DISCUSSED');

  for (const [side, title] of [[a, 'Budget for security'], [b, 'Rule for journeys']]) {
    await side.gives('addReviewIndicator', { reviewId: id, element: 'E05', title });
  }
  await next('INDICATORS_AGREED');
  const { indicators } = await b.review(id);
  const rating = { indicatorId: indicators[0].id, category: 'NOT_PRESENT' };
  same(await a.refusedBy('rateReviewIndicator', rating), 'DEFINITIONS_NOT_AGREED', 'what refuses before the meanings are agreed');
  await a.gives('defineReviewCategories', { reviewId: id, present: 'Written and known.', partiallyPresent: 'Written.', notPresent: 'Neither.' });
  await next('ASSESSING');

  b.line = false;
  for (const [side, first] of [[a, 'PRESENT'], [b, 'NOT_PRESENT']]) {
    await side.gives('rateReviewIndicator', { indicatorId: indicators[0].id, category: first });
    await side.gives('rateReviewIndicator', { indicatorId: indicators[1].id, category: 'PARTIALLY_PRESENT' });
  }
  sent += await b.comesBack();
  const rated = await a.review(id);
  same(rated.indicators.map(({ state, result }) => [state, result]), [['DISPUTED', null], ['ALIKE', null]], 'after both have judged');
  for (const [indicator, category] of [[indicators[0], undefined], [indicators[1], 'PARTIALLY_PRESENT']]) {
    await a.gives('proposeIndicatorResult', { indicatorId: indicator.id, category });
    await allAgree([b, a], indicator.id);
  }
  same((await b.review(id)).state, 'ASSESSED', 'step');

  same(await b.refusedBy('proposeReviewStep', { reviewId: id }), 'EVERY_GAP_IS_COVERED', 'what refuses a plan with gaps');
  for (const [at, owner] of [[0, a], [1, b]]) {
    await a.gives('addReviewAction', {
      indicatorId: indicators[at].id, ownerSideId: owner.id, title: 'Write it down', expectedResult: 'It is known.', dueOn: '2099-12-31',
    });
  }
  const mine = async (side) => (await side.review(id)).actions.filter(({ ownerSide }) => ownerSide.id === side.id);
  for (const side of [a, b]) {
    for (const { id: action, version } of await mine(side)) {
      await side.gives('acceptReviewAction', { id: action, expectedVersion: version });
    }
  }
  await next('MONITORING');
  ensure((await a.review(id)).monitoringDueAt, 'nobody knows when to look again');
  for (const [side, other] of [[a, b], [b, a]]) {
    const [{ id: action, version }] = await mine(side);
    side.line = false;
    await side.gives('reportReviewAction', { id: action, expectedVersion: version, progress: 'It hangs on the wall.', done: true });
    sent += await side.comesBack();
    same(await side.refusedBy('confirmReviewAction', { id: action, expectedVersion: version + 1 }), 'ANOTHER_SIDE_CONFIRMS', 'what refuses one\'s own word');
    await other.gives('confirmReviewAction', { id: action, expectedVersion: version + 1 });
  }
  await next('CLOSED');
  return sent;
}

await main(async () => {
  const people = await demoTokens();
  const northlight = () => new Side({ name: 'Northlight Relief', token: people.dana, representative: people.lars });
  const riverbank = () => new Side({ name: 'Riverbank Community Action', token: people.omar, representative: people.grace });
  for (const [a, b] of [[northlight(), riverbank()], [riverbank(), northlight()]]) {
    let partnership;
    await probe(`${a.name} opens a partnership; each side says its part, ${b.name} offline, and it comes into force`, async () => {
      const { id, sent } = await comesIntoForce(a, b);
      partnership = id;
      return `${sent} commands were given offline`;
    });
    await probe(`${b.name} steps back from a principle, and ${a.name} hears why`, () => stepsBack(a, b, partnership));
    await probe(`a whole joint review, in which ${b.name} is offline half of the time`, async () => {
      const sent = await goesThrough(a, b, partnership);
      return `${sent} commands were given offline`;
    });
    const { review } = await ask(people.sam, 'query($id: ID!) { review: partnership(id: $id) { id } }', { id: partnership });
    same(review, null, 'what a stranger sees of it');
  }
});
