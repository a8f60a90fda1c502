// Arithmetic of text deltas, of random ones.

import assert from "node:assert/strict";
import { test } from "node:test";

import { applied, composed, difference, moved, movedRange, rebased } from "../dist/text_delta.js";
import { random } from "./random.js";

const LETTERS = [..."ab😀😁é"];

function text(next, most) {
  return Array.from({ length: next(most) }, () => LETTERS[next(LETTERS.length)]).join("");
}

/** A delta of a text, with whole characters, in any spelling. */
function delta(next, before) {
  const runs = [];
  let chars = [...before];
  while (chars.length > 0 || next(2) === 0) {
    const count = 1 + next(3);
    const taken = chars.slice(0, count).join("").length;
    const kind = next(3);
    if (kind === 0) runs.push({ insert: text(next, 3) });
    else if (taken > 0) runs.push(kind === 1 ? { retain: taken } : { delete: taken });
    if (kind !== 0) chars = chars.slice(count);
  }
  return runs.filter((run) => run.insert !== "");
}

/** Whether it is spelled in the one way that deltas are made in. */
function assertCanonical(delta) {
  const verbs = delta.map((run) => Object.keys(run)[0]);
  assert.notEqual(verbs.at(-1), "retain");
  for (const [at, run] of delta.entries()) {
    const said = Object.values(run)[0];
    assert.ok(typeof said === "string" ? said !== "" : said > 0);
    assert.notEqual(verbs[at], verbs[at - 1]);
    assert.ok(verbs[at] !== "insert" || verbs[at - 1] !== "delete");
  }
}

test("one delta does what two do one after the other", () => {
  for (let seed = 0; seed < 5000; seed += 1) {
    const next = random(seed);
    const before = text(next, 9);
    const first = delta(next, before);
    const then = delta(next, applied(before, first));
    const both = composed(first, then);
    assert.equal(applied(before, both), applied(applied(before, first), then));
    assertCanonical(both);
  }
});

test("two deltas of one text lead to one text, whichever comes first", () => {
  for (let seed = 0; seed < 5000; seed += 1) {
    const next = random(seed);
    const before = text(next, 9);
    const [one, other] = [delta(next, before), delta(next, before)];
    const [after, behind] = [rebased(one, other, "before"), rebased(other, one, "behind")];
    assert.equal(applied(applied(before, other), after), applied(applied(before, one), behind));
    assertCanonical(after);
    assertCanonical(behind);
  }
});

test("what differs makes one text the other, and cuts no character", () => {
  for (let seed = 0; seed < 5000; seed += 1) {
    const next = random(seed);
    const [before, after] = [text(next, 7), text(next, 7)];
    const made = difference(before, after, next(after.length + 1));
    assert.equal(applied(before, made), after);
    for (const run of made) assert.ok(!("insert" in run) || run.insert.isWellFormed());
  }
});

test("positions stay where they are between characters", () => {
  const delta = [{ retain: 2 }, { insert: "xy" }, { delete: 1 }, { retain: 1 }, { insert: "z" }];
  const positions = (stands) => [0, 1, 2, 3, 4, 5, 9].map((position) => moved(position, delta, stands));
  assert.deepEqual(positions("before"), [0, 1, 2, 4, 5, 7, 11]);
  assert.deepEqual(positions("behind"), [0, 1, 4, 4, 6, 7, 11]);
  assert.equal(moved(3, [{ delete: 5 }], "before"), 0);
  assert.deepEqual(movedRange(2, 4, delta), { start: 4, end: 5 });
  assert.deepEqual(movedRange(2, 2, delta), { start: 2, end: 2 });
  assert.deepEqual(movedRange(1, 3, [{ insert: "x" }, { delete: 5 }]), { start: 1, end: 1 });
});
