/*
 * A minimal client of the graphql-transport-ws protocol: one subscription, one socket.
 */
import { authorization, socketUrl } from './common.js';

const PROTOCOL = 'graphql-transport-ws';
const SUBSCRIPTION_ID = '1';
const MAX_ATTEMPTS = 5;

/*
 * Closings after which a new attempt makes sense: going away, lost connection, restart, overload.
 * A refused token or query would be refused again.
 */
const RETRY_CODES = new Set([1001, 1006, 1012, 1013]);

/**
 * Starts a subscription. `handlers` are:
 * state(text) for the course of the connection, event(payload) for every result, and
 * end(text) once, when nothing more will come unless the caller starts anew.
 * Returns `{ stop, restart }`; restart takes the token of that moment.
 */
export function subscribe(request, handlers) {
  let socket = null;
  let attempts = 0;
  let timer = 0;
  let over = false;

  function finish(text) {
    if (!over) {
      over = true;
      leave();
      handlers.end(text);
    }
  }

  /** Drops the present socket without hearing its closing. */
  function leave() {
    clearTimeout(timer);
    if (!socket) {
      return;
    }
    const old = socket;
    socket = null;
    if (old.readyState === WebSocket.OPEN) {
      old.send(JSON.stringify({ id: SUBSCRIPTION_ID, type: 'complete' }));
    }
    old.close(1000, 'stopped');
  }

  function connect() {
    const current = new WebSocket(socketUrl(), PROTOCOL);
    socket = current;
    const send = (message) => current.send(JSON.stringify(message));
    handlers.state(attempts ? `Connecting again (${attempts} of ${MAX_ATTEMPTS}) …` : 'Connecting …');

    current.addEventListener('open', () => {
      send({ type: 'connection_init', payload: authorization() });
    });
    current.addEventListener('message', ({ data }) => {
      // Answers of a socket that was left behind are nobody's.
      if (current === socket) {
        receive(data, send);
      }
    });
    current.addEventListener('close', ({ code, reason }) => {
      if (current !== socket) {
        return;
      }
      socket = null;
      const cause = reason ? `${code}, ${reason}` : `${code}`;
      if (!RETRY_CODES.has(code) || attempts >= MAX_ATTEMPTS) {
        finish(`The server closed the socket (${cause}).`);
        return;
      }
      attempts += 1;
      handlers.state(`The connection broke (${cause}); trying again soon.`);
      timer = setTimeout(connect, 500 * 2 ** attempts);
    });
  }

  function receive(data, send) {
    let message;
    try {
      message = JSON.parse(data);
    } catch {
      finish('The server sent something that is no JSON.');
      return;
    }
    switch (message.type) {
      case 'connection_ack':
        attempts = 0;
        send({ id: SUBSCRIPTION_ID, type: 'subscribe', payload: request });
        handlers.state('Connected: waiting for events.');
        break;
      case 'next':
        handlers.event(message.payload);
        break;
      case 'error':
        handlers.event({ errors: message.payload });
        finish('The server refused the subscription.');
        break;
      case 'complete':
        finish('The server ended the subscription.');
        break;
      case 'ping':
        send({ type: 'pong' });
        break;
      default:
    }
  }

  connect();
  return {
    stop: () => finish('Stopped.'),
    restart() {
      if (!over) {
        leave();
        attempts = 0;
        connect();
      }
    },
  };
}
