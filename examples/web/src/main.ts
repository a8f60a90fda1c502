// A board with cards and notes, for several people at once:
//   ?name=Ann            who one is
//   ?relay=ws://HOST     where boards meet
//   ?store=NAME          where they are kept in this browser, to be two people in one
//   #ID                  the board

import { type Caret, type RelayStatus, bindText } from "crdt-web";
import { openBoard } from "./board.ts";
import { Cards } from "./cards.ts";
import { Others, drawCarets } from "./others.ts";

function element<E extends Element>(id: string, type: new () => E): E {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`the page has no ${id}`);
  return found;
}

const asked = new URLSearchParams(location.search);
const relay = asked.get("relay") ?? `ws://${location.hostname}:8710`;
const presence = { name: asked.get("name") ?? "Somebody" };
const { store, board } = await openBoard(asked.get("store") ?? "boards", location.hash.slice(1));
const saved = element("saved", HTMLOutputElement);
const said = element("relay", HTMLOutputElement);
const report = (error: unknown): void => {
  saved.value = String(error);
};

history.replaceState(null, "", `#${board.id}`);
element("link", HTMLAnchorElement).href = location.href;

// What is there, and whatever changes.
const cards = new Cards(element("cards", HTMLOListElement), board, report);
cards.show(board.value.cards);
board.subscribe(({ value, delta }) => {
  if (delta === null || delta.cards !== undefined) cards.show(value.cards);
  void follow();
});

// Writing.
const notes = element("notes", HTMLTextAreaElement);
let carets: readonly Caret[] = [];
const draw = () => drawCarets(element("carets", HTMLDivElement), notes, carets);
bindText(element("title", HTMLInputElement), board, (board) => board.title, { onError: report });
bindText(notes, board, (board) => board.notes, {
  onError: report,
  carets: {
    presence,
    onOthers: (others) => {
      carets = others;
      draw();
    },
  },
});
notes.addEventListener("scroll", draw);
element("add", HTMLFormElement).addEventListener("submit", (event) => {
  event.preventDefault();
  const form = event.currentTarget as HTMLFormElement;
  const title = new FormData(form).get("title");
  if (typeof title === "string" && title !== "") cards.add(title);
  form.reset();
});
element("undo", HTMLButtonElement).onclick = () => void board.undo().catch(report);
element("redo", HTMLButtonElement).onclick = () => void board.redo().catch(report);

// Others.
board.others(new Others(element("others", HTMLUListElement)).heard);
board.show(presence);
const offline = element("offline", HTMLInputElement);
const connect = () => {
  store.connect(relay, (status: RelayStatus) => {
    said.value = status.state === "waiting" ? `no relay: ${status.why}` : status.state;
  });
};
offline.onchange = () => {
  if (offline.checked) void store.disconnect();
  else connect();
};
connect();

/** Says where what was written is, as soon as it is at the relay. */
async function follow(): Promise<void> {
  saved.value = "saved here";
  const heads = (await board.heads()).join();
  await board.synced();
  if ((await board.heads()).join() === heads) saved.value = "saved here and at the relay";
}
void follow();
