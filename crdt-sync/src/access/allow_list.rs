use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crdt_core::{Author, DocumentId};
use tokio::sync::watch;

use super::token::TokenHash;
use super::{Access, Grant, Holder, Right, Token, Visitor};

/// Lists of keys, tokens and documents. Whoever is on none of them may do nothing.
///
/// It can be [replaced](Self::set) at any time, and who is connected is held to it from then on.
///
/// ```
/// use crdt_core::Keypair;
/// use crdt_sync::access::{AllowList, Rule, Rules, Token};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let (mine, yours) = (Keypair::generate()?.author(), Keypair::generate()?.author());
/// let rules = Rules::new()
///     .key(mine, Rule::write())
///     .key(yours, Rule::write().quota(10 << 20))
///     .token(&Token::new("guest-2f6e9a")?, Rule::read());
/// let list = AllowList::new(rules.clone());
/// list.set(rules.without_key(&yours));       // closes the connections of `yours`
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct AllowList {
    rules: watch::Sender<Arc<Rules>>,
    changed: watch::Sender<u64>,
}

/// Who is on an [`AllowList`].
#[derive(Clone, Debug, Default)]
pub struct Rules {
    keys: HashMap<Author, Vec<Rule>>,
    tokens: HashMap<TokenHash, Vec<Rule>>,
    everyone: Vec<Rule>,
    documents: Option<HashSet<DocumentId>>,
}

/// What somebody on an [`AllowList`] may do.
#[derive(Clone, Debug)]
pub struct Rule {
    grant: Grant,
    documents: Option<HashSet<DocumentId>>,
    is_relay: bool,
}

impl Rule {
    /// Reading all documents.
    pub fn read() -> Self {
        Self { grant: Grant::READ, documents: None, is_relay: false }
    }

    /// Reading, writing and making documents.
    pub fn write() -> Self {
        Self { grant: Grant::ALL, ..Self::read() }
    }

    /// As a relay: it is sent every document, unasked.
    pub fn relay() -> Self {
        Self { is_relay: true, ..Self::write() }
    }

    /// Only these documents.
    #[must_use]
    pub fn documents(mut self, documents: impl IntoIterator<Item = DocumentId>) -> Self {
        self.documents = Some(documents.into_iter().collect());
        self
    }

    /// Bringing no more than so many canonical bytes into each document.
    #[must_use]
    pub fn quota(mut self, bytes: u64) -> Self {
        self.grant.quota = Some(bytes);
        self
    }

    fn grant(&self, document: &DocumentId) -> Grant {
        let fits = self.documents.as_ref().is_none_or(|documents| documents.contains(document));
        if fits { self.grant } else { Grant::NONE }
    }
}

impl Rules {
    /// Nobody.
    pub fn new() -> Self {
        Self::default()
    }

    /// Who proves to have this key.
    #[must_use]
    pub fn key(mut self, author: Author, rule: Rule) -> Self {
        self.keys.entry(author).or_default().push(rule);
        self
    }

    /// No longer who has this key.
    #[must_use]
    pub fn without_key(mut self, author: &Author) -> Self {
        self.keys.remove(author);
        self
    }

    /// Who shows this token, with whatever key.
    #[must_use]
    pub fn token(mut self, token: &Token, rule: Rule) -> Self {
        self.tokens.entry(token.hashed()).or_default().push(rule);
        self
    }

    /// No longer who shows this token.
    #[must_use]
    pub fn without_token(mut self, token: &Token) -> Self {
        self.tokens.remove(&token.hashed());
        self
    }

    /// Everyone.
    #[must_use]
    pub fn everyone(mut self, rule: Rule) -> Self {
        self.everyone.push(rule);
        self
    }

    /// No documents but these, whoever comes.
    #[must_use]
    pub fn documents(mut self, documents: impl IntoIterator<Item = DocumentId>) -> Self {
        self.documents = Some(documents.into_iter().collect());
        self
    }

    /// Whether nobody is on it.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty() && self.tokens.is_empty() && self.everyone.is_empty()
    }

    /// The rules that somebody is on.
    fn of<'a>(&'a self, visitor: &'a Visitor) -> impl Iterator<Item = (Holder, &'a Rule)> {
        let key = visitor.author.as_ref().and_then(|author| self.keys.get(author));
        let token = visitor.token.as_ref().and_then(|token| self.tokens.get(&token.hashed()));
        let key = key.into_iter().flatten().map(|rule| (Holder::Key, rule));
        let token = token.into_iter().flatten().map(|rule| (Holder::Token, rule));
        key.chain(token).chain(self.everyone.iter().map(|rule| (Holder::Everyone, rule)))
    }

    /// The most that one of these gives.
    fn grant(&self, visitor: &Visitor, document: &DocumentId) -> Grant {
        if self.documents.as_ref().is_some_and(|documents| !documents.contains(document)) {
            return Grant::NONE;
        }
        let given = |(holder, rule): (_, &Rule)| {
            let grant = rule.grant(document);
            Grant { holder: grant.quota.map_or_else(Holder::default, |_| holder), ..grant }
        };
        let grants = self.of(visitor).map(given);
        grants.max_by_key(most).unwrap_or(Grant::NONE)
    }
}

/// A grant without a quota is more than any with one.
fn most(grant: &Grant) -> (Right, bool, u64) {
    (grant.right, grant.quota.is_none(), grant.quota.unwrap_or(u64::MAX))
}

impl AllowList {
    /// These, to begin with.
    pub fn new(rules: Rules) -> Self {
        Self { rules: watch::Sender::new(Arc::new(rules)), changed: watch::Sender::new(0) }
    }

    /// Others from now on, also for those who are connected.
    pub fn set(&self, rules: Rules) {
        self.rules.send_replace(Arc::new(rules));
        self.changed.send_modify(|times| *times = times.wrapping_add(1));
    }

    fn rules(&self) -> Arc<Rules> {
        self.rules.borrow().clone()
    }
}

impl Access for AllowList {
    async fn may_connect(&self, visitor: &Visitor) -> bool {
        self.rules().of(visitor).next().is_some()
    }

    async fn grant(&self, visitor: &Visitor, document: DocumentId) -> Grant {
        self.rules().grant(visitor, &document)
    }

    async fn is_relay(&self, visitor: &Visitor) -> bool {
        self.rules().of(visitor).any(|(_, rule)| rule.is_relay)
    }

    fn changed(&self) -> Option<watch::Receiver<u64>> {
        Some(self.changed.subscribe())
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use crdt_core::Keypair;

    use super::*;

    fn author(seed: u8) -> Author {
        Keypair::from_secret_bytes(&[seed; 32]).author()
    }

    fn document(seed: u8) -> DocumentId {
        format!("{seed:02x}").repeat(32).parse().expect("64 digits")
    }

    fn token(secret: &str) -> Token {
        Token::new(secret).expect("a token")
    }

    fn visitor() -> Visitor {
        Visitor::from(Ipv4Addr::LOCALHOST.into())
    }

    #[test]
    fn nobody_may_do_anything_unasked() {
        let rules = Rules::new();
        let known = visitor().with_author(author(1)).with_token(Some(token("secret")));
        assert_eq!(rules.grant(&known, &document(1)), Grant::NONE);
        assert_eq!(rules.of(&known).count(), 0);
    }

    #[test]
    fn a_key_or_a_token_gives_what_its_rule_says() {
        let rules = Rules::new()
            .key(author(1), Rule::write().quota(10))
            .key(author(2), Rule::read().documents([document(1)]))
            .token(&token("secret"), Rule::write().documents([document(2)]));
        let (one, two) = (visitor().with_author(author(1)), visitor().with_author(author(2)));
        let bounded = Grant { right: Right::Write, quota: Some(10), holder: Holder::Key };
        assert_eq!(rules.grant(&one, &document(9)), bounded);
        assert_eq!(rules.grant(&two, &document(1)), Grant::READ);
        assert_eq!(rules.grant(&two, &document(2)), Grant::NONE);
        let shown = two.with_token(Some(token("secret")));
        assert_eq!(rules.grant(&shown, &document(2)), Grant::ALL);
        // A token that nobody was given has no quota of its own.
        let beside = visitor().with_author(author(1)).with_token(Some(token("made-up")));
        assert_eq!(rules.grant(&beside, &document(9)), bounded);
        assert_eq!(beside.counted(Holder::Key), one.counted(Holder::Key));
        let guessed = visitor().with_token(Some(token("secrets")));
        assert_eq!(rules.grant(&guessed, &document(2)), Grant::NONE);
    }

    #[test]
    fn of_several_rules_the_one_that_gives_most_counts() {
        let rules = Rules::new()
            .key(author(1), Rule::write().documents([document(1)]))
            .key(author(1), Rule::read())
            .everyone(Rule::write().documents([document(3)]).quota(5));
        let one = visitor().with_author(author(1));
        assert_eq!(rules.grant(&one, &document(1)), Grant::ALL);
        assert_eq!(rules.grant(&one, &document(2)), Grant::READ);
        let together = Grant { quota: Some(5), ..Grant::ALL };
        assert_eq!(rules.grant(&one, &document(3)), together);
    }

    #[test]
    fn the_list_of_documents_is_above_all_rules() {
        let rules = Rules::new().everyone(Rule::write()).documents([document(1)]);
        assert_eq!(rules.grant(&visitor(), &document(1)), Grant::ALL);
        assert_eq!(rules.grant(&visitor(), &document(2)), Grant::NONE);
    }

    #[test]
    fn tokens_are_what_headers_and_links_can_say() {
        assert!(Token::new("").is_err() && Token::new("two words").is_err());
        assert!(Token::new("a&b").is_err() && Token::new("a".repeat(257)).is_err());
        assert_eq!(format!("{:?}", token("secret")), "Token(..)");
    }
}
