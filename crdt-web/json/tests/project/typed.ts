// What compiles, and what does not. It is not run.

import { type JsonDelta, type JsonValue, type StoredJsonDocument, JsonDocument, openStore } from "crdt-json";

const document: JsonDocument = JsonDocument.create();
document.change((json) => {
  json.set("/a", { b: [1, "x", null, { c: true }] });
  const element = json.at("/a/b/0");
  element?.set("", 2);
  // @ts-expect-error it may not be there
  element.set("", 2);
  // @ts-expect-error JSON has no dates
  json.set("/a", new Date());
  // @ts-expect-error places are named by pointers
  json.a = 1;
  // @ts-expect-error a text has characters
  json.text("/note")?.insert(0, 1);
});
document.subscribe(({ value, delta }) => {
  const seen: { value: JsonValue; delta: JsonDelta | null } = { value, delta };
  // @ts-expect-error it may be no object
  console.log(seen.value.tasks);
});

export async function kept(): Promise<StoredJsonDocument> {
  const store = await openStore("plans");
  const plan = await store.create(JsonDocument);
  await plan.change((plan) => plan.push("/tasks", "x"));
  return plan;
}
