//! What one does with a view without thinking: print, compare, iterate.

use std::collections::BTreeMap;

use crdt_core::CrdtNode;

use crate::two;

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Shop {
    name: String,
    #[crdt(text)]
    hours: String,
    #[crdt(counter)]
    visits: u32,
    floor: Option<u8>,
    goods: Vec<String>,
    prices: BTreeMap<String, u64>,
}

#[test]
fn views_are_printed_compared_and_iterated() {
    let (mut a, _) = two::<Shop>();
    a.change(|shop| {
        shop.name.set("Corner")?;
        shop.hours.push_str("8 to 6")?;
        shop.visits.add(3)?;
        shop.floor.set(2)?;
        shop.goods.push("bread".into())?;
        shop.goods.push("milk".into())?;
        shop.prices.insert("milk", 2)?;
        shop.prices.insert("bread", 3)
    })
    .unwrap();
    let shop = a.read();
    assert_eq!(format!("{}, {}, {}", shop.name, shop.hours, shop.visits), "Corner, 8 to 6, 3");
    assert_eq!(shop.name, "Corner");
    assert_eq!(shop.name, String::from("Corner"));
    assert_eq!(shop.hours, String::from("8 to 6"));
    assert_eq!(shop.visits, 3);
    assert_eq!(shop.floor, Some(2));
    let mut goods = Vec::new();
    for good in shop.goods {
        goods.push(good.to_string());
    }
    assert_eq!(goods, ["bread", "milk"]);
    assert_eq!(shop.goods.iter().len(), 2);
    assert_eq!(shop.goods.first().unwrap(), "bread");
    assert_eq!(shop.goods.last().unwrap(), "milk");
    for (key, price) in &shop.prices {
        assert!(*price > 1, "{key}");
    }
    assert_eq!(shop.prices.iter().len(), 2);
    assert_eq!(shop.prices.values().map(|price| *price).sum::<u64>(), 5);
    assert_eq!(shop.prices.keys().collect::<Vec<_>>(), ["bread", "milk"]);
}

#[test]
fn editors_read_what_they_edit() {
    let (mut a, _) = two::<Shop>();
    let milk = a
        .change(|shop| {
            shop.goods.push("milk".into())?;
            shop.prices.insert("milk", 2)?;
            assert_eq!(shop.goods.id_at(0), None, "the change has no hash yet");
            Ok(())
        })
        .map(|()| a.read().goods.id_at(0).unwrap());
    a.change(|shop| {
        shop.goods.insert(0, "bread".into())?;
        let place = shop.goods.position_of(milk?).unwrap();
        shop.goods.at(place)?.set("oat milk")?;
        assert_eq!(shop.goods.iter().map(|good| good.len()).sum::<usize>(), 13);
        if let Some(mut price) = shop.prices.get_mut("milk")? {
            price.set(4u64)?;
        }
        assert!(shop.prices.get_mut("bread")?.is_none());
        assert_eq!(shop.prices.keys().count(), 1);
        Ok(())
    })
    .unwrap();
    assert_eq!(a.value().goods, ["bread", "oat milk"]);
    assert_eq!(a.value().prices["milk"], 4);
}
