/** Documents in React. */

import { useCallback, useEffect, useState, useSyncExternalStore } from "react";

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
 * What a function selects of the plain value. The component is rendered when that is another object: what did
 * not change is the same one.
 */
export function useDocument<V, S>(document: ReadableDocument<V>, select: (value: V) => S): S;
export function useDocument<V>(document: ReadableDocument<V>, select: (value: V) => unknown = (value) => value): unknown {
  const subscribe = useCallback((changed: () => void) => document.subscribe(changed), [document]);
  const read = () => select(document.value);
  return useSyncExternalStore(subscribe, read, read);
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
