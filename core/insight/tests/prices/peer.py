"""Writes what genai-prices itself says of some thousand calls: `python3 peer.py > peer.tsv`.

It needs the version of genai-prices whose list we carry (`pip install genai-prices==0.2.3`). Each line is a call and its cost:
provider (`-` for none), model, moment, facts, counts, then the costs of input and output and the whole. Every model is asked
with all that it has prices for, at moments before and after its prices changed, small and large enough for its tiers, and with
each fact that its variants ask for.
"""

import random
import sys
import warnings
from datetime import UTC, datetime, timedelta
from decimal import Decimal, getcontext

from genai_prices import data_snapshot
from genai_prices.data import providers
from genai_prices.types import (
    ClauseAnd,
    ClauseContains,
    ClauseEndsWith,
    ClauseEquals,
    ClauseOr,
    ClauseRegex,
    ClauseStartsWith,
    StartDateConstraint,
    TieredPrices,
    TimeOfDateConstraint,
    Usage,
)
from genai_prices.units import _get_registry

getcontext().prec = 60
warnings.simplefilter("error")
NOW = datetime(2026, 11, 22, 14, 30, tzinfo=UTC)
FIRST_PARTY = {"openai", "anthropic", "google", "mistral", "x-ai", "deepseek", "cohere", "perplexity", "meta", "moonshotai"}

# Their units, ours.
UNITS = {
    "input_tokens": "input_tokens",
    "output_tokens": "output_tokens",
    "cache_read_tokens": "cache_read_input_tokens",
    "cache_write_tokens": "cache_write_input_tokens",
    "cache_write_1h_tokens": "cache_write_1h_input_tokens",
    "output_reasoning_tokens": "reasoning_output_tokens",
    "output_citation_tokens": "citation_output_tokens",
    "input_audio_tokens": "audio_input_tokens",
    "output_audio_tokens": "audio_output_tokens",
    "cache_audio_read_tokens": "audio_cache_read_input_tokens",
    "input_image_tokens": "image_input_tokens",
    "output_image_tokens": "image_output_tokens",
    "cache_image_read_tokens": "image_cache_read_input_tokens",
    "input_video_tokens": "video_input_tokens",
    "output_video_tokens": "video_output_tokens",
    "input_characters": "input_characters",
    "input_text_messages": "input_messages",
    "audio_seconds": "audio_seconds",
    "input_audio_seconds": "input_audio_seconds",
    "input_document_pages": "document_pages",
    "input_annotated_document_pages": "annotated_document_pages",
    "web_searches": "web_searches",
    "storage_searches": "storage_searches",
}
PARTS_OF_INPUT = ("cache_read_tokens", "cache_write_tokens", "input_audio_tokens", "input_image_tokens", "input_video_tokens")
PARTS_OF_OUTPUT = (
    "output_reasoning_tokens",
    "output_citation_tokens",
    "output_audio_tokens",
    "output_image_tokens",
    "output_video_tokens",
)


def name_for(clause):
    """A name that may fit."""
    match clause:
        case ClauseEquals():
            return clause.equals
        case ClauseStartsWith():
            return clause.starts_with
        case ClauseEndsWith():
            return clause.ends_with
        case ClauseContains():
            return clause.contains
        case ClauseRegex():
            return (
                clause.regex.strip("^$")
                .replace("\\d{8}", "20260115")
                .replace("\\d{4}-\\d{2}-\\d{2}", "2026-01-15")
                .replace("\\d", "7")
                .replace("\\", "")
            )
        case ClauseOr():
            return name_for(clause.or_[0])
        case ClauseAnd():
            return name_for(clause.and_[0])


def names_of(model):
    clauses = model.match.or_ if isinstance(model.match, ClauseOr) else [model.match]
    return [name for name in (name_for(clause) for clause in clauses) if "\t" not in name]


def counts(priced, dice, tokens):
    """Counts that do not contradict each other, for all that is priced."""
    used = {}
    if "input_tokens" in priced:
        used["input_tokens"] = tokens
        for name in PARTS_OF_INPUT:
            if name in priced:
                used[name] = dice.randrange(tokens // 9)
        if "cache_write_1h_tokens" in priced:
            used["cache_write_1h_tokens"] = dice.randrange(used["cache_write_tokens"] + 1)
        for name, parts in (
            ("cache_audio_read_tokens", ("input_audio_tokens", "cache_read_tokens")),
            ("cache_image_read_tokens", ("input_image_tokens", "cache_read_tokens")),
        ):
            if name in priced:
                used[name] = dice.randrange(min(used[part] for part in parts) // 3 + 1)
    if "output_tokens" in priced:
        used["output_tokens"] = dice.randrange(1, 20_000)
        for name in PARTS_OF_OUTPUT:
            if name in priced or name == "output_reasoning_tokens":
                used[name] = dice.randrange(used["output_tokens"] // 6 + 1)
    for name in (
        "input_characters",
        "input_text_messages",
        "audio_seconds",
        "web_searches",
        "storage_searches",
        "input_document_pages",
    ):
        if name in priced:
            used[name] = dice.randrange(10, 5_000)
    if "input_audio_seconds" in priced:
        used["input_audio_seconds"] = used["audio_seconds"]
    if "input_annotated_document_pages" in priced:
        used["input_annotated_document_pages"] = dice.randrange(used["input_document_pages"])
    return used


def rows_of(model):
    return model.prices if isinstance(model.prices, list) else []


def moments(model):
    found = [NOW]
    for row in rows_of(model):
        match row.constraint:
            case StartDateConstraint():
                day = datetime.combine(row.constraint.start_date, datetime.min.time(), UTC)
                found += [day, day - timedelta(microseconds=1)]
            case TimeOfDateConstraint():
                for time in (row.constraint.start_time, row.constraint.end_time):
                    edge = NOW.replace(hour=time.hour, minute=time.minute)
                    found += [edge, edge - timedelta(microseconds=1)]
    return found


def limits(price):
    return sorted({tier.start for value in price.__dict__.values() if isinstance(value, TieredPrices) for tier in value.tiers})


def ask(provider, name, at, facts, used):
    snapshot = data_snapshot.get_snapshot()
    result = snapshot.calc(Usage(**used), name, provider, None, at, facts)
    return [result.input_price, result.output_price, result.total_price]


def text(number):
    return format(number.quantize(Decimal(1).scaleb(-24)).normalize(), "f")


def line(provider, name, at, facts, used):
    if not used:
        return  # a model without prices: we have no cost, they have zero
    try:
        costs = ask(provider, name, at, facts or None, used)
    except (LookupError, ValueError) as error:
        raise SystemExit(f"{provider} {name} {used}: {error}") from error
    said = ",".join(f"{UNITS[unit].removesuffix('_tokens')}={count}" for unit, count in sorted(used.items()))
    moment = at.strftime("%Y-%m-%dT%H:%M:%S.%f").removesuffix(".000000")
    print(provider or "-", name, moment, ",".join(f"{k}={v}" for k, v in facts.items()), said, *map(text, costs), sep="\t")


def fits(provider, name, model):
    try:
        return data_snapshot.get_snapshot().find_provider_model(name, None, provider, None)[1] is model
    except LookupError:
        return False


def main():
    registry = _get_registry()
    for provider in providers:
        for model in provider.models:
            dice = random.Random(f"{provider.id} {model.id}")
            names = [name for name in dict.fromkeys([*names_of(model), model.id]) if fits(provider.id, name, model)]
            if not names:
                print(f"no name fits {provider.id} {model.id}", file=sys.stderr)
                continue
            for at in moments(model) if provider.id in FIRST_PARTY else [NOW]:
                price = model.get_prices(at)
                priced = {
                    registry.unit_for_price_key(key).usage_key for key, value in price.__dict__.items() if value is not None
                }
                sizes = [dice.randrange(2_000, 90_000)]
                for limit in limits(price):
                    sizes += [limit, limit + 1]
                for tokens in sizes:
                    name = dice.choice(names)
                    line(provider.id, name, at, {}, counts(priced, dice, tokens))
                    if fits(None, name, model) and "/" not in name and provider.id in FIRST_PARTY:
                        line(None, name, at, {}, counts(priced, dice, tokens))
            for variant in model.price_variants or []:
                if variant.constraint is None or variant.constraint.active(NOW):
                    price = model.get_prices(NOW, variant.when)
                    priced = {
                        registry.unit_for_price_key(key).usage_key for key, value in price.__dict__.items() if value is not None
                    }
                    for tokens in [4_321, *(limit + 1 for limit in limits(price))]:
                        line(provider.id, names[0], NOW, variant.when, counts(priced, dice, tokens))


main()
