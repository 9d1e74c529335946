//! Which model of whom is meant.

use super::list::{List, Model, Provider};
use super::names;

impl List {
    /// A provider by a name of its own or of others, in lower case.
    pub(super) fn provider(&self, name: &str) -> Option<&Provider> {
        let by_id = |id: &str| self.providers.iter().find(|provider| provider.id == id);
        let fits = |provider: &&Provider| provider.names.as_ref().is_some_and(|names| names.is_match(name));
        by_id(name)
            .or_else(|| names::id(name).and_then(by_id))
            .or_else(|| self.providers.iter().find(fits))
            .or_else(|| names::first_word(name).and_then(|word| self.provider(word)))
    }

    /// The provider that is called at a host.
    fn at(&self, address: &str) -> Option<&Provider> {
        let url =
            if address.contains("://") { address.to_lowercase() } else { format!("https://{address}").to_lowercase() };
        self.providers.iter().find(|provider| provider.address.is_match_at_start(&url))
    }

    /// A model, all names in lower case: by the provider's name, by the host, or by its own name alone.
    pub(super) fn find(
        &self,
        provider: Option<&str>,
        address: Option<&str>,
        model: &str,
    ) -> Option<(&Provider, &Model)> {
        let named = provider.and_then(|name| self.provider(name));
        if let Some(found) = named.and_then(|provider| self.model_of(provider, model)) {
            return Some(found);
        }
        if let Some(found) = address.and_then(|address| self.at(address)).and_then(|one| self.model_of(one, model)) {
            return Some(found);
        }
        // What a known provider does not list is not another's; a provider that nobody knows may be anything.
        if provider.is_some_and(|name| !names::is_gateway(name)) {
            return None;
        }
        self.by_model(model)
    }

    /// By the model's name alone: `openai/gpt-5` says whose it is, `claude-…` can be one's only.
    fn by_model(&self, model: &str) -> Option<(&Provider, &Model)> {
        let prefixed = model.split_once('/').and_then(|(prefix, rest)| {
            let id = names::id(prefix).unwrap_or(prefix);
            let provider = self.providers.iter().find(|provider| provider.id == id)?;
            self.model_of(provider, rest)
        });
        prefixed.or_else(|| {
            let knows = |provider: &&Provider| provider.known_by.as_ref().is_some_and(|known| known.is_match(model));
            self.providers.iter().find(knows).and_then(|provider| self.model_of(provider, model))
        })
    }

    /// A model of a provider, or of those whose models it sells; also where its name is a path or has a prefix.
    fn model_of<'a>(&'a self, provider: &'a Provider, model: &str) -> Option<(&'a Provider, &'a Model)> {
        let listed = |name: &str| self.listed(provider, name).map(|model| (provider, model));
        listed(model).or_else(|| dashed(model).and_then(|name| listed(&name))).or_else(|| {
            let (before, last) = model.rsplit_once('/')?;
            let is_path = before == "models" || before.ends_with("/models") || before.starts_with("arn:");
            let is_own = || self.provider(before).is_some_and(|named| named.id == provider.id);
            if is_path || is_own() { listed(last) } else { None }
        })
    }

    fn listed<'a>(&'a self, provider: &'a Provider, name: &str) -> Option<&'a Model> {
        let in_one = |provider: &'a Provider| provider.models.iter().find(|model| model.names.is_match(name));
        let other = |id: &String| self.providers.iter().find(|provider| provider.id == *id).and_then(in_one);
        in_one(provider).or_else(|| provider.fallback.iter().find_map(other))
    }
}

/// `gpt-5.2-20251211` as `gpt-5.2-2025-12-11`: gateways write dates short, price lists do not.
fn dashed(model: &str) -> Option<String> {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let mut from = 0;
    while let Some(at) = model.get(from..)?.find("-20") {
        let start = from + at + 1;
        let date = model.get(start..start + 8).filter(|date| digits(date));
        let rest = model.get(start + 8..).unwrap_or_default();
        if let Some(date) = date
            && (rest.is_empty() || rest.starts_with(['-', ':']))
        {
            let (year, month, day) = (date.get(..4)?, date.get(4..6)?, date.get(6..)?);
            if (1..=12).contains(&month.parse().unwrap_or(0)) && (1..=31).contains(&day.parse().unwrap_or(0)) {
                return Some(format!("{}{year}-{month}-{day}{rest}", model.get(..start)?));
            }
        }
        from = start;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::dashed;

    #[test]
    fn short_dates_get_hyphens() {
        for (short, long) in [
            ("gpt-5.2-20251211", Some("gpt-5.2-2025-12-11")),
            ("gpt-5.2-20251211-x", Some("gpt-5.2-2025-12-11-x")),
            ("m-20251211:free", Some("m-2025-12-11:free")),
            ("m-20-20251231", Some("m-20-2025-12-31")),
            ("m-20251311", None),
            ("m-202512110", None),
            ("m-2025-12-11", None),
            ("é-20é", None),
        ] {
            assert_eq!(dashed(short).as_deref(), long, "{short}");
        }
    }
}
