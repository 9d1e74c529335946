//! The prices that hold for a directory: the list that is carried along, and the user's own file over it.

use crate::error::StoreError;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::{SystemTime, UNIX_EPOCH};
use tracewire_insight::Decimal;
use tracewire_insight::call::Call;
use tracewire_insight::prices::Prices;
use tracewire_recorder::guards::{PerMillion, PriceList, Rate};
use tracewire_recorder::journal::{Directory, find_directory};
use tracewire_recorder::ship::Costs;
use tracewire_recorder::{Options, config};
use tracewire_wire::time::Timestamp;
use tracewire_wire::value::{Map, Value};

/// The file that is used where no other is set, in the directory of the recordings.
pub const FILE_NAME: &str = "prices.json";

/// The user's own file: the one that is set (`TRACEWIRE_PRICES`, or `prices` in `tracewire.toml`), else the directory's, where it
/// is there.
pub fn file(directory: &Directory) -> Option<PathBuf> {
    let set = config::load(None).get("prices").and_then(Value::as_text).map(PathBuf::from);
    set.or_else(|| Some(directory.path().join(FILE_NAME)).filter(|path| path.is_file()))
}

/// All prices that hold for a directory.
///
/// # Errors
/// `store_io`, or a code of [`tracewire_insight::prices::PriceError`], where the user's file cannot be read or used: prices other
/// than the user meant would be worse than none.
pub fn load(directory: &Directory) -> Result<Prices, StoreError> {
    let Some(path) = file(directory) else { return Ok(Prices::bundled().clone()) };
    let bytes = std::fs::read(&path).map_err(|source| StoreError::Io { path: path.clone(), source })?;
    Prices::bundled().with_overlay(&bytes).map_err(|error| StoreError::Prices { path, error })
}

/// The prices of a directory, for guards that do not name a model's themselves and for steps that do not say what they cost. They are
/// read when one is first asked for.
#[derive(Debug)]
pub struct DirectoryPrices {
    directory: Directory,
    prices: OnceLock<Option<Prices>>,
}

impl DirectoryPrices {
    /// Those of a directory; of the nearest one where none is given.
    pub fn of(directory: Option<&Path>) -> Self {
        let directory = directory.map_or_else(find_directory, Directory::at);
        DirectoryPrices { directory, prices: OnceLock::new() }
    }
}

/// Gives a recorder the prices of its directory, where its options need any: for budgets of money, and for traces that are kept
/// because of their costs.
pub fn provide(options: &mut Options) {
    let has_budget = options.guards.config.as_ref().is_some_and(|limits| limits.money.is_some());
    let counts_costs = options.tail.as_ref().is_some_and(|tail| tail.costs_over.is_some());
    if has_budget || counts_costs {
        let prices = Arc::new(DirectoryPrices::of(options.directory.as_deref()));
        options.guards.prices = Some(prices.clone());
        options.tail_costs = Some(prices);
    }
}

impl DirectoryPrices {
    fn known(&self) -> Option<&Prices> {
        self.prices.get_or_init(|| load(&self.directory).ok()).as_ref()
    }
}

impl Costs for DirectoryPrices {
    fn cost(&self, body: &Map, at: Timestamp) -> Option<f64> {
        let priced = self.known()?.cost(&Call::of_body(body), at).ok()?;
        priced.total.to_string().parse().ok()
    }
}

impl PriceList for DirectoryPrices {
    fn rate(&self, provider: Option<&str>, model: &str) -> Option<Rate> {
        let prices = self.known()?;
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let now = Timestamp(i64::try_from(since.as_nanos()).unwrap_or(i64::MAX));
        let [input, output, cached_input] = prices.per_million(provider, model, now)?;
        let price = |price: &Decimal| PerMillion::parse(&price.to_string());
        // A model that only reads has no price for what it writes.
        let output = output.map_or(Some(PerMillion::default()), price)?;
        Some(Rate { input: price(input?)?, output, cached_input: cached_input.and_then(price) })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test ends where it cannot go on")]
mod tests {
    use super::*;

    #[test]
    fn the_users_file_wins_over_the_list_and_what_nobody_knows_has_no_price() {
        let folder = tempfile::tempdir().unwrap();
        let own = r#"{"models":[{"model":"house-*","per_million":{"input":"1.5","output":"3","cache_read":"0.5"}}]}"#;
        std::fs::write(folder.path().join(FILE_NAME), own).unwrap();
        let prices = DirectoryPrices::of(Some(folder.path()));
        let price = |text| PerMillion::parse(text).unwrap();
        let house = Rate { input: price("1.5"), output: price("3"), cached_input: Some(price("0.5")) };
        assert_eq!(prices.rate(None, "house-7"), Some(house));
        assert_eq!(prices.rate(Some("openai"), "gpt-4o").map(|rate| rate.output), Some(price("10")));
        assert_eq!(prices.rate(None, "nobody-knows-this-one"), None);
    }

    #[test]
    fn a_step_costs_what_its_model_and_its_tokens_cost() {
        let folder = tempfile::tempdir().unwrap();
        let prices = DirectoryPrices::of(Some(folder.path()));
        let cost = |body: &str| {
            let value = tracewire_wire::json::read(body.as_bytes(), &Default::default()).unwrap();
            prices.cost(value.as_map().unwrap(), Timestamp(1_790_000_000_000_000_000))
        };
        let call =
            r#"{"attributes":{"gen_ai.request.model":"gpt-4o"},"usage":{"input_tokens":1000,"output_tokens":100}}"#;
        assert_eq!(cost(call), Some(0.0035));
        assert_eq!(cost(r#"{"usage":{"input_tokens":1000}}"#), None);
    }
}
