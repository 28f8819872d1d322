/*
 * A world to load: many partnerships of the two demo organisations, each with a focal point on either
 * side and one risk on which a view of the one side moves the level in effect.
 */
import { ask, each } from './lib.mjs';

const WIDTH = 8;
const EMBEDDED_ISSUER = 'urn:safepact:embedded';

export const PERCEIVE = `mutation RecordPerception($input: RecordPerceptionInput!) {
  recordPerception(input: $input) { id level version }
}`;
const CREATE = `mutation Create($input: CreatePartnershipInput!) {
  createPartnership(input: $input) { id sides { id position } }
}`;
const PROPOSE = 'mutation Propose($input: ProposePartnershipInput!) { proposePartnership(input: $input) { id } }';
const ORGANISATIONS = '{ organisations(first: 10) { edges { node { id name } } } }';

/** A command whose input is `input`; answers with the id. */
const command = (name) => `mutation($input: ${name[0].toUpperCase()}${name.slice(1)}Input!) { ${name}(input: $input) { id } }`;

async function does(url, token, name, input) {
  const data = await ask(url, token, command(name), { input });
  return data[name].id;
}

/** The views that the one side alternates between; the other side keeps to the lowest. */
const VIEWS = [[1, 3, 'LOW'], [5, 5, 'CRITICAL']];

/** The view of a turn, and the level that it puts in effect. */
export function turn(riskId, count) {
  const [likelihood, impact, level] = VIEWS[count % 2];
  return { level, input: { riskId, likelihood, impact, rationale: `Turn ${count}` } };
}

/** Ids of the two organisations of the demo. */
export async function organisationsOf(url, token) {
  const { organisations: { edges } } = await ask(url, token, ORGANISATIONS);
  const id = (name) => edges.find(({ node }) => node.name === name).node.id;
  return { northlight: id('Northlight Relief'), riverbank: id('Riverbank Community Action') };
}

/** Focal points of an organisation with an account, added by its representative; answers with their tokens. */
export async function people(place, { url }, representative, organisation, subjects) {
  await each(subjects, WIDTH, async (subject) => {
    const person = await does(url, representative, 'addPerson', { organisationId: organisation, name: subject, recruitment: 'LOCAL' });
    await does(url, representative, 'giveMembership', { personId: person, role: 'SECURITY_FOCAL_POINT' });
    await does(url, representative, 'openAccount', { personId: person, issuer: EMBEDDED_ISSUER, subject });
  });
  return place.tokens(subjects);
}

/** The person of a token. */
async function personOf(url, token) {
  const { me } = await ask(url, token, '{ me { person { id } } }');
  return me.person.id;
}

async function partnership({ url }, grace, { northlight, riverbank }, { ours, theirs, theirPerson }, title) {
  const input = { organisationId: northlight, partnerIds: [riverbank], title, scope: title, country: 'SS', noAgreement: true };
  const { createPartnership: { id, sides } } = await ask(url, ours, CREATE, { input });
  await ask(url, ours, PROPOSE, { input: { id, expectedVersion: 1 } });
  const sideId = sides.find(({ position }) => position === 2).id;
  await does(url, grace, 'assignSideRole', { sideId, personId: theirPerson, role: 'SRM_FOCAL_POINT' });
  const threatId = await does(url, ours, 'identifyThreat', { partnershipId: id, title, kind: 'HAZARD' });
  const riskId = await does(url, ours, 'identifyRisk', { threatId, title, origin: 'PRE_EXISTING' });
  // There is no level before every side has spoken. Theirs is the lowest view: from then on ours decides.
  await does(url, theirs, 'recordPerception', { riskId, likelihood: 1, impact: 1, rationale: 'As things stand.' });
  await ask(url, ours, PERCEIVE, { input: turn(riskId, 0).input });
  return { id, riskId, writer: ours, readers: [ours, theirs] };
}

/** Makes the world: `count` partnerships, shared out among `pairs` of people. */
export async function settle(place, server, { count, pairs }) {
  const { url } = server;
  const [lars, grace] = await place.tokens(['lars', 'grace']);
  const organisations = await organisationsOf(url, lars);
  const subjects = (side) => Array.from({ length: pairs }, (_, at) => `${side}-${at}`);
  const ours = await people(place, server, lars, organisations.northlight, subjects('north'));
  const theirs = await people(place, server, grace, organisations.riverbank, subjects('river'));
  const persons = await each(theirs, WIDTH, (token) => personOf(url, token));
  const numbers = Array.from({ length: count }, (_, at) => at);
  return each(numbers, WIDTH, (at) => {
    const pair = at % pairs;
    const who = { ours: ours[pair], theirs: theirs[pair], theirPerson: persons[pair] };
    return partnership(server, grace, organisations, who, `Partnership ${at}`);
  });
}
