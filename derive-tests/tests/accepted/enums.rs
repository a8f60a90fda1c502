// Enums of every shape.
#![deny(warnings)]

use crdt_core::{CrdtNode, Document, Editor, Keypair, Variant};

#[derive(CrdtNode, Clone, Debug, PartialEq, Default)]
enum Shape {
    #[default]
    Nothing,
    Empty {},
    Unit(),
    Circle(f64),
    Line(f64, f64),
    Only(u8, #[crdt(skip)] u8),
    Label {
        #[crdt(text)]
        text: String,
        #[crdt(counter)]
        votes: u32,
        #[crdt(rename = "colour")]
        color: Color,
        #[crdt(skip, default = "shown")]
        shown: bool,
    },
    #[crdt(rename = "cached")]
    Cached(#[crdt(skip)] u8),
    HTTPLink(#[crdt(register)] (String, u16)),
    Note(#[crdt(text)] String),
}

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Gallery {
    shapes: Vec<Shape>,
    colors: Vec<Option<Color>>,
    chosen: Option<Shape>,
}

fn shown() -> bool {
    true
}

#[derive(CrdtNode, Clone, Debug, PartialEq)]
enum Color {
    Named(String),
    #[crdt(default)]
    Rgb(#[crdt(default = "black")] u32),
}

fn black() -> u32 {
    0xff_00_00_00
}

fn set(shape: &Shape) -> Shape {
    let mut document = create::<Shape>();
    document.change(|editor| editor.set(shape.clone())).unwrap();
    let keypair = Keypair::generate().unwrap();
    let mut other = Document::<Shape>::join(document.id(), keypair);
    other.apply(&document.export(&[])).unwrap();
    assert_eq!(other.digest(), document.digest());
    other.value()
}

fn create<T: CrdtNode>() -> Document<T> {
    Document::create(Keypair::generate().unwrap()).unwrap()
}

#[test]
fn works() {
    let label = Shape::Label { text: "a".to_owned(), votes: 2, color: Color::Rgb(1), shown: true };
    for shape in [
        Shape::Nothing,
        Shape::Empty {},
        Shape::Unit(),
        Shape::Circle(1.5),
        Shape::Line(1.0, 2.0),
        Shape::Only(1, 0),
        Shape::Cached(0),
        Shape::HTTPLink(("localhost".to_owned(), 80)),
        Shape::Note("b".to_owned()),
        label.clone(),
    ] {
        assert_eq!(set(&shape), shape);
    }
    assert_eq!(set(&Shape::Only(1, 2)), Shape::Only(1, 0));

    let mut document = create::<Shape>();
    document.change(|editor| editor.set(label)).unwrap();
    let change = document.change(|editor| {
        assert!(editor.is_label());
        assert_eq!(editor.variant_name(), "Label");
        assert!(editor.as_line().is_none());
        let mut label = editor.as_label().unwrap();
        label.text.insert(1, "b")?;
        label.votes.add(1)?;
        label.color.set(Color::Named("red".to_owned()))
    });
    change.unwrap();
    let view = document.read();
    let color = view.as_label().unwrap().color;
    assert_eq!(color.as_named().unwrap().get(), "red");
    assert!(color.as_rgb().is_none());
    assert!(view.as_http_link().is_none());

    let mut gallery = create::<Gallery>();
    let shapes = vec![Shape::Circle(0.0), Shape::Nothing, Shape::Note("n".to_owned())];
    let colors = vec![None, Some(Color::Rgb(7)), Some(Color::Named(String::new()))];
    let change = gallery.change(|gallery| {
        for shape in shapes.clone() {
            gallery.shapes.push(shape)?;
        }
        for color in colors.clone() {
            gallery.colors.push(color)?;
        }
        gallery.chosen.set(Some(Shape::Unit()))
    });
    change.unwrap();
    let mut other = Document::<Gallery>::join(gallery.id(), Keypair::generate().unwrap());
    other.apply(&gallery.export(&[])).unwrap();
    assert_eq!(other.digest(), gallery.digest());
    assert_eq!(other.value(), Gallery { shapes, colors, chosen: Some(Shape::Unit()) });

    // Of two selected variants one wins everywhere, and the other is not forgotten.
    gallery.change(|gallery| gallery.shapes.at(0)?.set(Shape::Empty {})).unwrap();
    other.change(|gallery| gallery.shapes.at(0)?.set(Shape::Unit())).unwrap();
    gallery.merge(&mut other).unwrap();
    assert_eq!(other.value(), gallery.value());
    assert_eq!(gallery.read().shapes.get(0).unwrap().conflicts().len(), 2);

    let rgb = create::<Color>();
    assert_eq!(rgb.value(), Color::Rgb(0xff_00_00_00));
    assert_eq!(*rgb.read().as_rgb().unwrap().get(), black());
}

#[derive(CrdtNode, Debug, PartialEq)]
enum Phase<T> {
    #[crdt(default)]
    Idle,
    Busy {
        with: T,
    },
}

#[test]
fn an_editor_says_which_variant_is_selected() {
    let mut phase = Document::<Phase<String>>::create(Keypair::generate().unwrap()).unwrap();
    let word = |phase: &Editor<'_, Phase<String>>| match phase.variant() {
        Variant::<Phase<String>>::Idle => "idle".to_owned(),
        Variant::<Phase<String>>::Busy { with } => with.to_string(),
    };
    let changed = phase.change(|phase| {
        assert_eq!(word(phase), "idle");
        phase.set(Phase::Busy { with: "tea".into() })?;
        assert_eq!(word(phase), "tea");
        Ok(())
    });
    changed.unwrap();
}
