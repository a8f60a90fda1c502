import type * as crdt from "crdt-web";

/**
 * A board with
 * everything *\/ in it.
 */
export interface Board {
  /** What it is called. */
  readonly title: string;
  readonly notes: string;
  readonly tasks: readonly Task[];
  readonly labels: Readonly<Record<string, readonly string[]>>;
  readonly "by-number": ReadonlyMap<bigint, Task>;
  readonly members: readonly string[];
  readonly votes: bigint;
  readonly due: Due | null;
  readonly seen: number | null;
  readonly maybe: readonly (Due | null)[];
  readonly picture: Uint8Array;
  readonly extra: crdt.JsonValue;
  readonly aside: crdt.JsonValue | null;
  readonly nothing: null;
  readonly parent: Board | null;
  readonly pair: Pair_String_i64;
  readonly place: Place;
  readonly color: [number, number, number];
}

export interface BoardEditor extends crdt.Editor<Board, BoardDelta> {
  /** What it is called. */
  title: string;
  get notes(): crdt.TextEditor;
  set notes(value: string);
  get tasks(): crdt.ListEditor<Task, TaskEditor>;
  set tasks(value: readonly Task[]);
  get labels(): crdt.MapEditor<Readonly<Record<string, readonly string[]>>, string, readonly string[], crdt.ListEditor<string, crdt.RegisterEditor<string>>>;
  set labels(value: Readonly<Record<string, readonly string[]>>);
  get "by-number"(): crdt.MapEditor<ReadonlyMap<bigint, Task>, bigint, Task, TaskEditor>;
  set "by-number"(value: ReadonlyMap<bigint, Task>);
  get members(): crdt.SetEditor<string>;
  set members(value: readonly string[]);
  readonly votes: crdt.CounterEditor<bigint>;
  get due(): DueEditor | null;
  set due(value: Due | null);
  seen: number | null;
  get maybe(): crdt.ListEditor<Due | null, crdt.OptionEditor<Due, DueEditor>>;
  set maybe(value: readonly (Due | null)[]);
  picture: Uint8Array;
  get extra(): crdt.JsonEditor;
  set extra(value: crdt.JsonValue);
  get aside(): crdt.JsonEditor | null;
  set aside(value: crdt.JsonValue | null);
  readonly nothing: null;
  get parent(): BoardEditor | null;
  set parent(value: Board | null);
  get pair(): Pair_String_i64Editor;
  set pair(value: Pair_String_i64);
  get place(): PlaceEditor;
  set place(value: Place);
  color: [number, number, number];
}

export interface BoardDelta {
  /** What it is called. */
  title?: string;
  notes?: crdt.TextDelta;
  tasks?: crdt.ListDelta<Task, TaskDelta>;
  labels?: crdt.RecordDelta<readonly string[], crdt.ListDelta<string, string>>;
  "by-number"?: crdt.MapDelta<bigint, Task, TaskDelta>;
  members?: crdt.SetDelta<string>;
  votes?: crdt.CounterDelta<bigint>;
  due?: crdt.EntryDelta<Due, DueDelta>;
  seen?: number | null;
  maybe?: crdt.ListDelta<Due | null, crdt.EntryDelta<Due, DueDelta>>;
  picture?: Uint8Array;
  extra?: crdt.JsonDelta;
  aside?: crdt.EntryDelta<crdt.JsonValue, crdt.JsonDelta>;
  nothing?: never;
  parent?: crdt.EntryDelta<Board, BoardDelta>;
  pair?: Pair_String_i64Delta;
  place?: PlaceDelta;
  color?: [number, number, number];
}

export interface Due {
  readonly day: number;
}

export interface DueEditor extends crdt.Editor<Due, DueDelta> {
  day: number;
}

export interface DueDelta {
  day?: number;
}

export interface Pair_String_i64 {
  readonly first: string;
  readonly second: bigint;
}

export interface Pair_String_i64Editor extends crdt.Editor<Pair_String_i64, Pair_String_i64Delta> {
  first: string;
  second: bigint;
}

export interface Pair_String_i64Delta {
  first?: string;
  second?: bigint;
}

/** Nested without end. */
export interface Parts {
  readonly parts: readonly Parts[];
}

export interface PartsEditor extends crdt.Editor<Parts, PartsDelta> {
  get parts(): crdt.ListEditor<Parts, PartsEditor>;
  set parts(value: readonly Parts[]);
}

export interface PartsDelta {
  parts?: crdt.ListDelta<Parts, PartsDelta>;
}

export type Place = readonly [number, number];

export interface PlaceEditor extends crdt.Editor<Place, PlaceDelta> {
  "0": number;
  "1": number;
}

export interface PlaceDelta {
  "0"?: number;
  "1"?: number;
}

export type Status =
  | "Open"
  /** Somebody has done it. */
  | { readonly Done: { readonly by: string; readonly how: string } }
  | { readonly Handed: Due }
  | { readonly Moved: readonly [number, string] };

export interface StatusEditor extends crdt.EnumEditor<Status, StatusDelta> {
  readonly variant: "Open" | "Done" | "Handed" | "Moved";
  /** Somebody has done it. */
  inside(variant: "Done"): (crdt.Editor<{ readonly by: string; readonly how: string }, { by?: string; how?: crdt.TextDelta }> & { by: string; get how(): crdt.TextEditor; set how(value: string) }) | null;
  inside(variant: "Handed"): DueEditor | null;
  inside(variant: "Moved"): (crdt.Editor<readonly [number, string], { "0"?: number; "1"?: string }> & { "0": number; "1": string }) | null;
}

export type StatusDelta =
  | { selected: Status }
  | { changed: { Done: { by?: string; how?: crdt.TextDelta } } }
  | { changed: { Handed: DueDelta } }
  | { changed: { Moved: { "0"?: number; "1"?: string } } };

/** A name by itself. */
export type Tags = readonly string[];

export type TagsEditor = crdt.ListEditor<string, crdt.RegisterEditor<string>>;

export type TagsDelta = crdt.ListDelta<string, string>;

export interface Task {
  readonly title: string;
  readonly done: boolean;
  readonly points: number;
  readonly status: Status;
  readonly parts: Parts;
  readonly tags: Tags;
}

export interface TaskEditor extends crdt.Editor<Task, TaskDelta> {
  title: string;
  done: boolean;
  readonly points: crdt.CounterEditor<number>;
  get status(): StatusEditor;
  set status(value: Status);
  get parts(): PartsEditor;
  set parts(value: Parts);
  get tags(): TagsEditor;
  set tags(value: Tags);
}

export interface TaskDelta {
  title?: string;
  done?: boolean;
  points?: crdt.CounterDelta<number>;
  status?: StatusDelta;
  parts?: PartsDelta;
  tags?: TagsDelta;
}

export declare const BoardDocument: crdt.DocumentType<Board, BoardEditor, BoardDelta>;
export type BoardDocument = crdt.TypedDocument<Board, BoardEditor, BoardDelta>;
export type StoredBoardDocument = crdt.StoredDocument<Board, BoardEditor, BoardDelta>;
export declare const openStore: crdt.OpenStore;
