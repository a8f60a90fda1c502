//! Cards that several people write, in Leptos: signals from deltas.
//!
//! Whoever does something changes the document, and never a signal. Signals are set by what comes of that, in one way
//! for what was done here, in another tab, or elsewhere. So a card that somebody moves keeps its element on the page,
//! and one that is ticked sets one signal.
//!
//! ```text
//! index.html?relay=ws://HOST&store=NAME#ID
//! ```

mod shown;

use crdt_core::{CrdtNode, EditError, Editor};
use crdt_store::backend::Keyed;
use crdt_sync::{Live, Peer};
use crdt_web::IndexedDb;
use leptos::prelude::*;
use leptos::task::spawn_local;

use shown::{Shown, ShownCard};

type Error = Box<dyn std::error::Error>;

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Plan {
    title: String,
    cards: Vec<Card>,
}

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Card {
    title: String,
    done: bool,
}

/// The document, for whatever does something on the page.
#[derive(Clone, Copy)]
struct Board(StoredValue<Live<Plan, Keyed<IndexedDb>>, LocalStorage>);

impl Board {
    /// Changes the document. What comes of it is shown when it is durable.
    fn change(self, edit: impl FnOnce(&mut Editor<'_, Plan>) -> Result<(), EditError> + 'static) {
        let board = self.0.get_value();
        spawn_local(async move {
            if let Err(error) = board.change(edit).await {
                leptos::logging::error!("not written: {error}");
            }
        });
    }

    fn undo(self) {
        let board = self.0.get_value();
        spawn_local(async move {
            if let Err(error) = board.undo().await {
                leptos::logging::error!("not undone: {error}");
            }
        });
    }
}

fn main() {
    mount_to_body(app);
}

/// The page, once there is something to show, and what there is to say.
fn app() -> impl IntoView {
    let (opened, said) = (RwSignal::new(None), RwSignal::new(String::new()));
    spawn_local(async move {
        if let Err(error) = open(opened, said).await {
            said.set(format!("There is no document: {error}"));
        }
    });
    view! {
        <p id="said">{said}</p>
        {move || opened.get().map(|(board, shown)| page(board, shown))}
    }
}

/// Opens the document that the address names, the last one here, or a new one, and shows it for as long as the page is
/// there.
async fn open(
    opened: RwSignal<Option<(Board, Shown)>>,
    said: RwSignal<String>,
) -> Result<(), Error> {
    let location = window().location();
    let [id, asked] = [location.hash(), location.search()].map(|part| part.unwrap_or_default());
    let asked = |key: &str| {
        let pairs =
            asked.trim_start_matches('?').split('&').filter_map(|pair| pair.split_once('='));
        pairs.into_iter().find(|(asked, _)| *asked == key).map(|(_, value)| value.to_owned())
    };
    let store = IndexedDb::store(&asked("store").unwrap_or("plans".to_owned())).await?;
    let known = store.waiting().documents().await?;
    let plan = Live::new(match (id.trim_start_matches('#'), known.last()) {
        ("", None) => store.waiting().create::<Plan>().await?,
        ("", Some(known)) => store.waiting().open_document::<Plan>(known.id).await?,
        (id, _) => store.waiting().join::<Plan>(id.parse()?).await?,
    });
    let _ = location.set_hash(&plan.id().to_string());

    let (mut deltas, shown) = (plan.deltas().await, Shown::default());
    plan.with(|plan| shown.draw(plan)).await;
    opened.set(Some((Board(StoredValue::new_local(plan.clone())), shown)));

    // Without a relay the page goes on by itself.
    let relay = asked("relay").unwrap_or("ws://127.0.0.1:8710".to_owned());
    let peer = Peer::connect(&store, &relay);
    match &peer {
        Ok(peer) => peer.bind(&plan),
        Err(error) => said.set(format!("There is no relay: {error}")),
    }
    while deltas.next_with(|look, plan| shown.see(&look.seen, plan)).await.is_some() {}
    Ok(())
}

fn page(board: Board, shown: Shown) -> impl IntoView {
    let new = NodeRef::<leptos::html::Input>::new();
    let add = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let Some(new) = new.get() else { return };
        let title = new.value();
        new.set_value("");
        board.change(|plan| plan.cards.push(Card { title, done: false }).map(drop));
    };
    let titled = move |event| {
        let title = event_target_value(&event);
        board.change(|plan| plan.title.set(title));
    };
    view! {
        <input id="title" prop:value=shown.title on:change=titled/>
        <button id="undo" on:click=move |_| board.undo()>"Undo"</button>
        <ol>
            <For each=move || shown.cards.get() key=|card| card.id let:card>{row(board, card)}</For>
        </ol>
        <form on:submit=add><input id="new" node_ref=new/></form>
    }
}

fn row(board: Board, ShownCard { id, title, done }: ShownCard) -> impl IntoView {
    let tick = move |_| {
        let is_done = !done.get_untracked();
        board.change(move |plan| plan.cards.at_id(id)?.done.set(is_done));
    };
    let up = move |_| {
        board.change(move |plan| match plan.cards.position_of(id) {
            Some(at) if at > 0 => plan.cards.move_to(at, at - 1),
            _ => Ok(()),
        });
    };
    let remove = move |_| board.change(move |plan| plan.cards.remove_id(id).map(drop));
    view! {
        <li>
            <input type="checkbox" prop:checked=done on:click=tick/>
            <span>{title}</span>
            <button class="up" on:click=up>"Up"</button>
            <button class="remove" on:click=remove>"Remove"</button>
        </li>
    }
}
