/** Documents in React. */

import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";

import type { JsonValue, Seen, Unsubscribe } from "./types.ts";

/** What is needed of a document, be it in memory or in a store. */
export interface ReadableDocument<V> {
  readonly value: V;
  subscribe(callback: (seen: Seen<V, unknown>) => void): Unsubscribe;
}

/** What is needed of a document in which others are. */
export interface SharedDocument {
  others(callback: (author: string, presence: JsonValue | undefined) => void): Unsubscribe;
}

/** The plain value of a document. The component is rendered whenever it changes. */
export function useDocument<V>(document: ReadableDocument<V>): V;
/**
 * What a function selects of the plain value. The component is rendered when that is not equal to what it was: not the
 * same object, unless something else is given to tell. What did not change in a document is the same object.
 */
export function useDocument<V, S>(
  document: ReadableDocument<V>,
  select: (value: V) => S,
  isEqual?: (one: S, other: S) => boolean,
): S;
export function useDocument<V>(
  document: ReadableDocument<V>,
  select: (value: V) => unknown = whole,
  isEqual: (one: unknown, other: unknown) => boolean = Object.is,
): unknown {
  const subscribe = useCallback((changed: () => void) => document.subscribe(changed), [document]);
  // What is rendered, which stays for as long as it is equal, also if it is selected by another function.
  const rendered = useRef<{ selected: unknown } | undefined>(undefined);
  const read = useMemo(() => {
    // Of one value it is selected once: whoever makes an object has it be the same one.
    let last: { value: V; selected: unknown } | undefined;
    return () => {
      const { value } = document;
      if (last !== undefined && last.value === value) return last.selected;
      const selected = select(value);
      const before = last ?? rendered.current;
      last = { value, selected: before !== undefined && isEqual(before.selected, selected) ? before.selected : selected };
      return last.selected;
    };
  }, [document, select, isEqual]);
  const selected = useSyncExternalStore(subscribe, read, read);
  useEffect(() => {
    rendered.current = { selected };
  }, [selected]);
  return selected;
}

function whole(value: unknown): unknown {
  return value;
}

/** Who else is in a document, and what they show, by author. */
export function useOthers(document: SharedDocument): ReadonlyMap<string, JsonValue> {
  const [others, setOthers] = useState<ReadonlyMap<string, JsonValue>>(new Map());
  useEffect(() => {
    setOthers(new Map());
    return document.others((author, presence) => {
      setOthers((before) => {
        const after = new Map(before);
        if (presence === undefined) after.delete(author);
        else after.set(author, presence);
        return after;
      });
    });
  }, [document]);
  return others;
}
