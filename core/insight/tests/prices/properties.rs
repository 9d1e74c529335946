//! What holds for every call of every model.

use std::sync::LazyLock;

use proptest::prelude::*;
use tracewire_insight::call::{Call, Unit, Usage};
use tracewire_insight::{Decimal, NoCost};
use tracewire_wire::time::Timestamp;

use super::common::{bundled, moment};

static MODELS: LazyLock<Vec<(String, String)>> = LazyLock::new(|| {
    let all = bundled().models(moment("2026-11-22"));
    all.map(|model| (model.provider.unwrap_or_default().to_owned(), model.model.to_owned())).collect()
});

/// Small numbers, so that parts fit into wholes often enough, and the largest.
fn any_usage() -> impl Strategy<Value = Usage> {
    let count = prop_oneof![4 => Just(None), 2 => (0_u64..40).prop_map(Some), 1 => any::<u64>().prop_map(Some)];
    let whole = prop_oneof![1 => Just(None), 8 => (0_u64..400_000).prop_map(Some), 1 => any::<u64>().prop_map(Some)];
    (whole.clone(), whole, proptest::collection::vec(count, Unit::ALL.len())).prop_map(|(input, output, counts)| {
        let mut usage = Usage::default();
        for (unit, count) in Unit::ALL.iter().zip(counts) {
            usage.set(*unit, count);
        }
        usage.input = input;
        usage.output = output;
        usage
    })
}

fn sum<'a>(amounts: impl Iterator<Item = &'a Decimal>) -> Decimal {
    amounts.fold(Decimal::zero(), |sum, amount| sum.plus(amount))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    #[test]
    fn no_cost_is_negative_and_lines_add_up(place in any::<prop::sample::Index>(), usage in any_usage(), at in any::<i64>()) {
        let (provider, model) = place.get(&MODELS);
        let call = Call { provider: Some(provider), model: Some(model), usage, ..Call::default() };
        match bundled().cost(&call, Timestamp(at)) {
            Ok(priced) => {
                prop_assert!(!priced.total.is_negative() && !priced.input.is_negative() && !priced.output.is_negative());
                prop_assert_eq!(&sum(priced.lines.iter().map(|line| &line.amount)), &priced.total);
                prop_assert!(priced.input.plus(&priced.output) <= priced.total);
                prop_assert!(priced.lines.iter().all(|line| line.count > 0));
                // Nothing is counted twice: tokens of lines are no more than tokens of the call.
                let tokens: u128 = priced.lines.iter().filter(|line| line.per == 1_000_000 && line.unit != Unit::InputCharacters)
                    .map(|line| u128::from(line.count)).sum();
                let used = [usage.input, usage.output].into_iter().flatten().map(u128::from).sum::<u128>();
                prop_assert!(tokens <= used, "{} of {}", tokens, used);
            }
            Err(why) => prop_assert!(!why.to_string().is_empty()),
        }
    }

    #[test]
    fn more_cached_than_there_was_has_no_cost(place in any::<prop::sample::Index>(), input in 0_u64..1_000_000, more in 1_u64..1_000) {
        let (provider, model) = place.get(&MODELS);
        let usage = Usage { input: Some(input), cache_read: Some(input + more), output: Some(1), ..Usage::default() };
        let call = Call { provider: Some(provider), model: Some(model), usage, ..Call::default() };
        let result = bundled().cost(&call, moment("2026-11-22"));
        let is_refused = matches!(result, Err(NoCost::Contradiction { .. } | NoCost::UnknownModel { .. }));
        let is_free = result.as_ref().is_ok_and(|priced| priced.condition.as_deref() == Some("free"));
        prop_assert!(is_refused || is_free, "{:?}", result);
    }

    #[test]
    fn names_of_strangers_do_no_harm(provider in "\\PC{0,20}", model in "\\PC{0,40}", tier in "\\PC{0,8}") {
        let usage = Usage { input: Some(1), output: Some(1), ..Usage::default() };
        let call = Call { provider: Some(&provider), model: Some(&model), service_tier: Some(&tier), address: Some(&model), usage, ..Call::default() };
        let _ = bundled().cost(&call, moment("2026-11-22"));
        let _ = bundled().find(None, &model);
    }

    #[test]
    fn decimals_count_as_integers_do(left in any::<i64>(), right in any::<u64>(), by in 1_u64..u64::MAX) {
        let number = |number: i128| Decimal::parse(&number.to_string()).unwrap();
        let product = i128::from(left).checked_mul(i128::from(right)).unwrap();
        prop_assert_eq!(number(i128::from(left)).times(right), number(product));
        let (size, by_wide) = (u128::from(left.unsigned_abs()), u128::from(by));
        let rounded = i128::try_from((size * 2 + by_wide) / (by_wide * 2)).unwrap();
        prop_assert_eq!(number(i128::from(left)).divided(by, 0).unwrap(), number(if left < 0 { -rounded } else { rounded }));
        prop_assert_eq!(Decimal::parse(&format!("{left}e-12")).unwrap().to_pico(), left);
        prop_assert_eq!(number(product).cmp(&number(i128::from(left))), product.cmp(&i128::from(left)));
    }
}
