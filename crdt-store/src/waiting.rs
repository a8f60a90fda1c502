/// What can be done with a [`Store`](crate::Store), or with what is in one, where the place may have
/// to be [waited for](crate::backend::Place): each verb as the one of that name which blocks. Made by
/// `waiting` of either.
///
/// A future that is dropped before it is done has done all of it or nothing.
/// [`refresh`](Waiting::refresh) shows what it did.
#[derive(Debug)]
pub struct Waiting<S>(pub(crate) S);
