#![allow(clippy::unwrap_used, reason = "a test may fail")]

use super::clause::Clause;
use super::*;

#[test]
fn the_list_that_is_carried_along_can_be_read() {
    let list = read::list(&bundled()).unwrap();
    assert_eq!((list.source.as_str(), list.version.as_str()), ("genai-prices", "0.2.3"));
    let clauses = list.providers.iter().flat_map(|provider| {
        let of_models = provider.models.iter().map(|model| &model.names);
        of_models.chain(&provider.names).chain(&provider.known_by)
    });
    assert!(clauses.flat_map(Clause::patterns).all(clause::Pattern::is_sound));
    assert!(list.providers.iter().all(|provider| provider.address.is_sound()));
}

#[test]
fn prices_rise_with_their_tiers_in_order() {
    let list = read::list(&bundled()).unwrap();
    let models = list.providers.iter().flat_map(|provider| &provider.models);
    let rates = models.flat_map(|model| {
        let variants = model.variants.iter().map(|variant| &variant.rates);
        model.rates.iter().map(|dated| &dated.rates).chain(variants).flat_map(|rates| &rates.0)
    });
    for (unit, rate) in rates {
        assert!(rate.tiers.is_sorted_by_key(|(limit, _)| *limit), "{unit:?} {rate:?}");
    }
}

#[test]
fn every_price_is_one_of_a_whole() {
    // What is part of something is taken out of it, so the whole must have a price too.
    let list = read::list(&bundled()).unwrap();
    for model in list.providers.iter().flat_map(|provider| &provider.models) {
        for rates in model.rates.iter().map(|dated| &dated.rates) {
            let has = |unit: Unit| rates.0.iter().any(|(known, _)| *known == unit);
            for (part, whole) in [
                (Unit::CacheRead, Unit::Input),
                (Unit::CacheWrite, Unit::Input),
                (Unit::CacheWrite1h, Unit::CacheWrite),
                (Unit::InputAudio, Unit::Input),
                (Unit::Reasoning, Unit::Output),
            ] {
                assert!(!has(part) || has(whole), "{} {part:?}", model.id);
            }
        }
    }
}

#[test]
fn the_schema_names_what_is_read() {
    let schema = read::value(include_bytes!("../../schema/prices.schema.json")).unwrap();
    let at = |path: &str| path.split('/').try_fold(&schema, |value, name| value.as_map()?.get(name)).unwrap();
    let names = |path: &str| {
        let mut names: Vec<&str> = at(path).as_map().unwrap().iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        names
    };
    let sorted = |names: &[&'static str]| {
        let mut names = names.to_vec();
        names.sort_unstable();
        names
    };
    let units = |units: &[(&'static str, Unit)]| sorted(&units.iter().map(|(name, _)| *name).collect::<Vec<_>>());
    assert_eq!(names("properties"), sorted(&overlay::MEMBERS));
    assert_eq!(names("$defs/model/properties"), sorted(&overlay::MODEL_MEMBERS));
    assert_eq!(names("$defs/per_million/properties"), units(&overlay::PER_MILLION));
    assert_eq!(names("$defs/per_thousand/properties"), units(&overlay::PER_THOUSAND));
    assert_eq!(names("$defs/per_hour/properties"), units(&overlay::PER_HOUR));
}
