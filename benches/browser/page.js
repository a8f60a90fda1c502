// What is measured in a page, each time in a fresh one; `run.js` asks for it. Times are milliseconds.

const ENGINES = ["ours", "ywasm", "automerge", "loro"];
/** How long one engine may take to write a recording. */
const LIMIT = 60_000;

/** An engine, and the time from its module being compiled to its first edit being made. */
async function started(name) {
  if (!ENGINES.includes(name)) throw new Error(`no engine is called ${name}`);
  const engine = await import(`./engines/${name}.js`);
  const module = await WebAssembly.compileStreaming(fetch(engine.wasm));
  const begun = performance.now();
  await engine.start(module);
  const document = engine.create();
  engine.edit(document, [[0, 0, "x"]], false);
  return { engine, took: performance.now() - begun };
}

async function recording(name) {
  return (await fetch(`/recordings/${name}`)).json();
}

async function keep(name, bytes) {
  await fetch(`/kept/${name}`, { method: "PUT", body: bytes });
}

async function kept(name) {
  const answer = await fetch(`/kept/${name}`);
  return answer.ok ? new Uint8Array(await answer.arrayBuffer()) : undefined;
}

function same(found, expected) {
  if (found !== expected) throw new Error(`the text is not that of the recording (${found.length}, ${expected.length})`);
}

/** Lets everything else have its turn, and gives how long that took. */
function turn() {
  const begun = performance.now();
  return new Promise((done) => {
    const { port1, port2 } = new MessageChannel();
    port2.onmessage = () => done(performance.now() - begun);
    port1.postMessage(undefined);
  });
}

/** Writes a recording of one person, each edit a change of its own, and keeps the document. */
async function write(name) {
  const { engine } = await started(name);
  const { endContent, txns } = await recording("automerge-paper");
  const document = engine.create();
  const begun = performance.now();
  for (const { patches } of txns) {
    engine.edit(document, patches, false);
    if (performance.now() - begun > LIMIT) return { took: undefined };
  }
  const took = performance.now() - begun;
  same(engine.text(document), endContent);
  const saved = engine.save(document);
  await keep(`${name} saved`, saved);
  return { took, bytes: saved.length };
}

/** The same as one change, where an engine takes too long otherwise. */
async function writeAtOnce(name) {
  const { engine } = await started(name);
  const { endContent, txns } = await recording("automerge-paper");
  const document = engine.create();
  engine.edit(document, txns.flatMap(({ patches }) => patches), false);
  same(engine.text(document), endContent);
  const saved = engine.save(document);
  await keep(`${name} saved`, saved);
  return { bytes: saved.length };
}

/** Opens what was kept, to its text: the first time in a page, and the median of the next nine. */
async function open(name) {
  const saved = await kept(`${name} saved`);
  if (saved === undefined) return {};
  const { engine } = await started(name);
  const times = [];
  for (let time = 0; time < 10; time += 1) {
    await turn();
    const begun = performance.now();
    const length = engine.text(engine.open(saved)).length;
    times.push(performance.now() - begun);
    if (length === 0) throw new Error("nothing was opened");
  }
  const [first, ...next] = times;
  return { first, next: next.sort((a, b) => a - b)[4] };
}

/** Writes a recording of two people, and keeps each message that they send. */
async function converse(name) {
  const { engine } = await started(name);
  const { numAgents, txns } = await recording("friendsforever");
  const founder = engine.create();
  const agents = Array.from({ length: numAgents }, () => ({ document: engine.fork(founder), has: new Set() }));
  const messages = [];
  const begun = performance.now();
  for (const [number, { agent, parents, patches }] of txns.entries()) {
    const { document, has } = agents[agent];
    for (const missing of lacking(txns, parents, has)) engine.apply(document, messages[missing]);
    messages.push(engine.edit(document, patches, true));
    has.add(number);
    if (performance.now() - begun > LIMIT) return { took: undefined };
  }
  await keep(`${name} founded`, engine.save(founder));
  await keep(`${name} messages`, framed(messages));
  return { took: performance.now() - begun, bytes: messages.reduce((sum, { length }) => sum + length, 0) };
}

/** What an agent has not got of some transactions and all that they follow, which it has then. */
function lacking(txns, parents, has) {
  const open = [...parents];
  const missing = [];
  while (open.length > 0) {
    const number = open.pop();
    if (has.has(number)) continue;
    has.add(number);
    missing.push(number);
    open.push(...txns[number].parents);
  }
  return missing.sort((a, b) => a - b);
}

function framed(messages) {
  const all = new Uint8Array(messages.reduce((sum, { length }) => sum + 4 + length, 0));
  const view = new DataView(all.buffer);
  let at = 0;
  for (const message of messages) {
    view.setUint32(at, message.length);
    all.set(message, at + 4);
    at += 4 + message.length;
  }
  return all;
}

function unframed(all) {
  const view = new DataView(all.buffer);
  const messages = [];
  for (let at = 0; at < all.length;) {
    const length = view.getUint32(at);
    messages.push(all.slice(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return messages;
}

/** Takes the messages in, one by one: all of the time, and the longest of them. */
async function receive(name) {
  const all = await kept(`${name} messages`);
  if (all === undefined) return {};
  const { engine } = await started(name);
  const { endContent } = await recording("friendsforever");
  const document = engine.fork(engine.open(await kept(`${name} founded`)));
  const messages = unframed(all);
  let [sum, longest] = [0, 0];
  for (const message of messages) {
    const begun = performance.now();
    engine.apply(document, message);
    const took = performance.now() - begun;
    sum += took;
    longest = Math.max(longest, took);
    // So that no timer of the browser is waited for, and collecting garbage has its turn.
    await turn();
  }
  same(engine.text(document), endContent);
  return { took: sum, longest, count: messages.length };
}

/** Follows a document at a relay, where somebody else writes it yet or has, and says how long tasks were. */
async function follow(relay, id, count, isToCome) {
  const { engine } = await started("ours");
  const { endContent } = await recording("friendsforever");
  const store = await engine.openStore(`follow ${performance.timeOrigin}`);
  const article = await store.join(engine.ArticleDocument, id);
  const received = bytesOfSockets();
  const tasks = [];
  const observer = new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) tasks.push([startTime, duration]);
  });
  observer.observe({ type: "longtask" });
  let begun = performance.now();
  store.connect(relay);
  if (isToCome) {
    await new Promise((done) => setTimeout(done, 500));
    await fetch("/go", { method: "POST" });
    begun = performance.now();
  }
  const waits = [];
  while ((await store.documents())[0].changes < count || article.value.body.length !== endContent.length) {
    const until = performance.now() + 250;
    while (performance.now() < until) waits.push(await turn());
    if (performance.now() - begun > LIMIT) throw new Error(`${(await store.documents())[0].changes} came`);
  }
  const took = performance.now() - begun;
  same(article.value.body, endContent);
  observer.disconnect();
  waits.sort((a, b) => b - a);
  return { took, bytes: received(), longest: waits[0], over50: tasks.length, tasks };
}

/** Counts what sockets of this page are sent from now on. */
function bytesOfSockets() {
  let bytes = 0;
  const Socket = WebSocket;
  globalThis.WebSocket = class extends Socket {
    constructor(...given) {
      super(...given);
      this.addEventListener("message", ({ data }) => { bytes += data.byteLength; });
    }
  };
  return () => bytes;
}

const tasks = {
  start: async (name) => ({ took: (await started(name)).took }),
  write,
  writeAtOnce,
  open,
  converse,
  receive,
  follow,
};
globalThis.measure = (task, ...given) => tasks[task](...given);
