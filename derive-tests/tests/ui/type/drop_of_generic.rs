use crdt_core::CrdtNode;

#[derive(CrdtNode)]
struct Pair<T> {
    left: T,
    right: T,
}

impl<T> Drop for Pair<T> {
    fn drop(&mut self) {}
}

#[derive(CrdtNode)]
struct Wrapped<T>(T);

impl<T> Drop for Wrapped<T> {
    fn drop(&mut self) {}
}

#[derive(CrdtNode)]
enum Either<T> {
    #[crdt(default)]
    Neither,
    Left(T),
    Both { left: T, right: T },
}

impl<T> Drop for Either<T> {
    fn drop(&mut self) {}
}

fn main() {}
