import WebSocket from 'ws';
import { ask, demoTokens, pause, socketUrl } from './lib.mjs';
import { pushed, incident, streamOf, held, pull, withDevices } from './rxdb-lib.mjs';
const { petra, lars, dana } = await demoTokens();
const { me } = await ask(petra, '{ me { person { id } } }');
await pushed(dana, 'incident', Array.from({ length: 130 }, () => ({ newDocumentState: { ...incident('x'), deleted: false } })));
const query = await streamOf('incident');
for (let n = 0; n < 3; n++) {
  const end = Date.now() + 3000;
  await ask(lars, 'mutation($input: GiveMembershipInput!) { giveMembership(input: $input) { id version } }', { input: { personId: me.person.id, role: 'SECURITY_FOCAL_POINT', validUntil: new Date(end).toISOString() } });
  const raw = new WebSocket(socketUrl, ['graphql-transport-ws']);
  let closed = 0;
  raw.on('close', (c) => { closed = Date.now(); console.log('raw socket closed', c, closed - end, 'ms after the end'); });
  raw.on('message', (d) => { const m = JSON.parse(d); if (m.type === 'connection_ack') raw.send(JSON.stringify({ id: 's', type: 'subscribe', payload: { query } })); });
  raw.on('open', () => raw.send(JSON.stringify({ type: 'connection_init', payload: { headers: { Authorization: `Bearer ${petra}` } } })));
  await pause(500);
  const { checkpoint } = await pull(petra, 'incident', null);
  while (Date.now() < end + 10) await pause(5);
  for (let k = 0; k < 3; k++) { const p = await pull(petra, 'incident', checkpoint); console.log('pull at', Date.now() - end, 'tombstones', p.documents.filter((d) => d.deleted).length); await pause(500); }
  await pause(4000); if (!closed) console.log('not closed after', Date.now() - end);
  raw.close();
}
for (let n = 0; n < 4; n++) await withDevices([[petra]], async (device) => {
  const t0 = Date.now(); const log = (...a) => console.log(' ', Date.now() - end, ...a);
  let end = Date.now() + 5000;
  await device.arrived();
  device.replications.incident.remoteEvents$.subscribe((d) => log('remote', d === 'RESYNC' ? d : d.documents.length));
  end = Date.now() + 5000;
  await ask(lars, 'mutation($input: GiveMembershipInput!) { giveMembership(input: $input) { id version } }', { input: { personId: me.person.id, role: 'SECURITY_FOCAL_POINT', validUntil: new Date(end).toISOString() } });
  let had = 0;
  while (Date.now() < end + 8000) { const c = (await device.ids()).size; if (c !== had) { log('has', c); had = c; } await pause(20); }
});
process.exit(0);
