//! From what is configured to who may do what.

use crdt_sync::access::{Rule, Rules, Token};

use crate::config::{Allow, Config, May};
use crate::failure::Failure;

/// Who may do what.
///
/// # Errors
/// If nobody could, where others than this machine can reach the relay.
pub(crate) fn rules(config: &Config) -> Result<Rules, Failure> {
    let is_listed = !config.allow.is_empty();
    if config.open && is_listed {
        return Err(Failure::OpenWithList);
    }
    if !config.open && !is_listed && !config.is_local() {
        return Err(Failure::NobodyAllowed(config.listen));
    }
    let mut rules = Rules::new();
    if !is_listed {
        rules = rules.everyone(Rule::write());
    }
    for (number, allow) in (1..).zip(&config.allow) {
        rules = with(rules, number, allow)?;
    }
    Ok(match &config.documents {
        Some(documents) => rules.documents(documents.iter().copied()),
        None => rules,
    })
}

fn with(rules: Rules, number: usize, allow: &Allow) -> Result<Rules, Failure> {
    let mut rule = match allow.may {
        May::Read => Rule::read(),
        May::Write => Rule::write(),
        May::Relay => Rule::relay(),
    };
    if let Some(documents) = &allow.documents {
        rule = rule.documents(documents.iter().copied());
    }
    if let Some(quota) = allow.quota {
        rule = rule.quota(quota);
    }
    match (&allow.key, &allow.token, allow.everyone) {
        (Some(key), None, false) => Ok(rules.key(*key, rule)),
        (None, Some(token), false) => {
            let token = Token::new(token).map_err(|error| Failure::Token(number, error))?;
            Ok(rules.token(&token, rule))
        }
        (None, None, true) => Ok(rules.everyone(rule)),
        (None, None, false) => Err(Failure::WhoIsAllowed(number, "nobody")),
        _ => Err(Failure::WhoIsAllowed(number, "several at once")),
    }
}
