/*
 * The schema reference: fetched by introspection with the present token, and searchable.
 */
import { API_PATH, el, fetchWithToken, readAnswer } from './common.js';

/** Non-null list of non-null is the deepest wrapping in common use; one more level to spare. */
const TYPE_REF = 'kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } }';

const INTROSPECTION = `query SchemaReference {
  __schema {
    queryType { name }
    mutationType { name }
    subscriptionType { name }
    types {
      kind
      name
      description
      fields(includeDeprecated: true) {
        name
        description
        isDeprecated
        deprecationReason
        args { name description defaultValue type { ${TYPE_REF} } }
        type { ${TYPE_REF} }
      }
      inputFields { name description defaultValue type { ${TYPE_REF} } }
      enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason }
      possibleTypes { name }
    }
  }
}`;

const KINDS = {
  OBJECT: 'type',
  INTERFACE: 'interface',
  UNION: 'union',
  ENUM: 'enum',
  INPUT_OBJECT: 'input',
  SCALAR: 'scalar',
};

/** Wires the reference to its elements; returns a function that fetches the schema (again). */
export function buildSchemaReference({ list, search, status, reload }) {
  let types = [];
  let counter = 0;

  async function load() {
    counter += 1;
    const mine = counter;
    status.textContent = 'Fetching the schema …';
    const outcome = await fetchTypes();
    // A change of the token may have overtaken this request.
    if (mine !== counter) {
      return;
    }
    types = outcome.types;
    list.replaceChildren(...types.map((type) => type.node));
    if (outcome.error) {
      status.textContent = `The schema could not be fetched: ${outcome.error}`;
    } else {
      filter();
    }
  }

  function filter() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const matches = (text) => words.every((word) => text.includes(word));
    let shown = 0;
    for (const type of types) {
      const whole = matches(type.head);
      let rows = 0;
      for (const row of type.rows) {
        const hit = whole || matches(`${type.head} ${row.text}`);
        row.nodes.forEach((node) => {
          node.hidden = !hit;
        });
        rows += hit ? 1 : 0;
      }
      type.node.hidden = !whole && rows === 0;
      type.node.open = words.length > 0 && !type.node.hidden;
      shown += type.node.hidden ? 0 : 1;
    }
    status.textContent = words.length
      ? `${shown} of ${types.length} types match.`
      : `${types.length} types. Open one to see its fields.`;
  }

  search.addEventListener('input', filter);
  reload.addEventListener('click', load);
  list.addEventListener('click', (event) => {
    const link = event.target.closest('a[href^="#type-"]');
    const target = link && document.getElementById(link.hash.slice(1));
    if (target) {
      event.preventDefault();
      search.value = '';
      filter();
      target.open = true;
      target.querySelector('summary').focus();
      target.scrollIntoView({ block: 'start' });
    }
  });
  return load;
}

async function fetchTypes() {
  try {
    const answer = await fetchWithToken(API_PATH, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ query: INTROSPECTION, operationName: 'SchemaReference' }),
    });
    const { data, errors } = await readAnswer(answer);
    if (!data || !data.__schema) {
      const first = errors && errors[0] && errors[0].message;
      return { types: [], error: first || 'the answer holds no schema.' };
    }
    return { types: describe(data.__schema) };
  } catch (error) {
    return { types: [], error: error.message };
  }
}

/** The types with their elements: roots first, then by name; GraphQL's own ones left out. */
function describe(schema) {
  const roots = [schema.queryType, schema.mutationType, schema.subscriptionType]
    .filter(Boolean)
    .map((root) => root.name);
  const rank = (type) => (roots.includes(type.name) ? roots.indexOf(type.name) : roots.length);
  return schema.types
    .filter((type) => !type.name.startsWith('__'))
    .sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name))
    .map(describeType);
}

function describeType(type) {
  const rows = [
    ...(type.fields || []).map(fieldRow),
    ...(type.inputFields || []).map(fieldRow),
    ...(type.enumValues || []).map(valueRow),
    ...(type.possibleTypes || []).map((possible) => row([typeLink(possible.name)], {}, possible.name)),
  ];
  const about = type.description || '';
  const node = el(
    'details',
    { id: `type-${type.name}` },
    el(
      'summary',
      {},
      el('span', { class: 'kind' }, `${KINDS[type.kind] || type.kind} `),
      el('code', {}, type.name),
    ),
    ...(about ? [el('p', {}, about)] : []),
    ...(rows.length ? [el('dl', {}, ...rows.flatMap((one) => one.nodes))] : []),
  );
  return { node, rows, head: `${type.name} ${about}`.toLowerCase() };
}

function fieldRow(field) {
  const args = field.args || [];
  const signature = [field.name];
  args.forEach((arg, index) => {
    signature.push(index ? ', ' : '(', `${arg.name}: `, ...typeText(arg.type), ...byDefault(arg));
  });
  signature.push(args.length ? '): ' : ': ', ...typeText(field.type), ...byDefault(field));
  const notes = args.filter((arg) => arg.description).map((arg) => `${arg.name}: ${arg.description}`);
  const text = [field.name, ...args.map((arg) => arg.name), ...notes].join(' ');
  return row(signature, field, text, notes);
}

function valueRow(value) {
  return row([value.name], value, value.name);
}

/** A row of the list: the signature as its term, the description and the notes below. */
function row(signature, { description, isDeprecated, deprecationReason }, text, notes = []) {
  const about = description ? [description] : [];
  if (isDeprecated) {
    about.push(`Deprecated: ${deprecationReason || 'no longer supported'}`);
  }
  const lines = [...about, ...notes];
  const nodes = [
    el('dt', {}, el('code', {}, ...signature)),
    ...lines.map((line) => el('dd', {}, line)),
  ];
  return { nodes, text: `${text} ${about.join(' ')}`.toLowerCase() };
}

function byDefault({ defaultValue }) {
  return defaultValue === null || defaultValue === undefined ? [] : [` = ${defaultValue}`];
}

/** A type in GraphQL's notation, its name being a link. */
function typeText(ref) {
  if (!ref) {
    return ['…'];
  }
  if (ref.kind === 'NON_NULL') {
    return [...typeText(ref.ofType), '!'];
  }
  if (ref.kind === 'LIST') {
    return ['[', ...typeText(ref.ofType), ']'];
  }
  return [typeLink(ref.name)];
}

function typeLink(name) {
  return el('a', { href: `#type-${name}` }, name);
}
