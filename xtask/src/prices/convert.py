"""Turns the price list of a genai-prices wheel into the JSON that tracewire carries.

    python3 convert.py genai_prices-0.2.3-py3-none-any.whl > genai-prices.json

The wheel holds the list as Python source (`data.py`) that calls constructors with literals. It is read as a syntax tree and
never run, so nothing of the wheel or of what it depends on has to be installed. Prices stay the decimal texts that they are.
What this does not know it refuses, so that nothing of the list is lost in silence.
"""

import ast
import json
import re
import sys
import zipfile

# Said by people for people: tracewire does not show it.
UNUSED_OF_PROVIDERS = {"pricing_urls", "description", "price_comments", "extractors"}
UNUSED_OF_MODELS = {"description", "context_window", "price_comments", "deprecated"}

# What is priced: its price in the list, its name with us, and how many of it the price is for.
UNITS = {
    "input_mtok": ("input_tokens", 1_000_000),
    "output_mtok": ("output_tokens", 1_000_000),
    "cache_read_mtok": ("cache_read_input_tokens", 1_000_000),
    "cache_write_mtok": ("cache_write_input_tokens", 1_000_000),
    "cache_write_5m_mtok": ("cache_write_5m_input_tokens", 1_000_000),
    "cache_write_1h_mtok": ("cache_write_1h_input_tokens", 1_000_000),
    "output_reasoning_mtok": ("reasoning_output_tokens", 1_000_000),
    "output_citation_mtok": ("citation_output_tokens", 1_000_000),
    "input_audio_mtok": ("audio_input_tokens", 1_000_000),
    "output_audio_mtok": ("audio_output_tokens", 1_000_000),
    "cache_audio_read_mtok": ("audio_cache_read_input_tokens", 1_000_000),
    "input_image_mtok": ("image_input_tokens", 1_000_000),
    "output_image_mtok": ("image_output_tokens", 1_000_000),
    "cache_image_read_mtok": ("image_cache_read_input_tokens", 1_000_000),
    "input_video_mtok": ("video_input_tokens", 1_000_000),
    "output_video_mtok": ("video_output_tokens", 1_000_000),
    "input_mchars": ("input_characters", 1_000_000),
    "input_text_messages_kcount": ("input_messages", 1_000),
    "audio_hours": ("audio_seconds", 3_600),
    "input_audio_hours": ("input_audio_seconds", 3_600),
    "input_document_kpages": ("document_pages", 1_000),
    "input_annotated_document_kpages": ("annotated_document_pages", 1_000),
    "web_searches_kcount": ("web_searches", 1_000),
    "storage_searches_kcount": ("storage_searches", 1_000),
    "requests_kcount": ("requests", 1_000),
}


class Refused(Exception):
    """The list says something that this does not know."""


def called(node, *names):
    """The keyword arguments of a call of one of these constructors."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.func.id not in names:
        raise Refused(f"line {node.lineno}: {' or '.join(names)} is expected")
    if node.args:
        raise Refused(f"line {node.lineno}: arguments without names")
    return {keyword.arg: keyword.value for keyword in node.keywords}


def is_nothing(node):
    """Whether it is `None`."""
    return isinstance(node, ast.Constant) and node.value is None


def price(node):
    """`Decimal('1.25')` as `"1.25"`, tiers as a list: the price up to the first, then each limit with its price."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Decimal":
        (text,) = (ast.literal_eval(argument) for argument in node.args)
        if not isinstance(text, str) or not re.fullmatch(r"[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?", text):
            raise Refused(f"line {node.lineno}: {text!r} is no price")
        return text
    tiered = called(node, "TieredPrices")
    tiers = [price(tiered.pop("base"))]
    for tier in sorted((called(one, "Tier") for one in tiered.pop("tiers").elts), key=lambda one: one["start"].value):
        tiers.append([ast.literal_eval(tier.pop("start")), price(tier.pop("price"))])
        if tier:
            raise Refused(f"a tier has {', '.join(tier)}")
    return tiers


def prices(node):
    """The prices of a `ModelPrice` by our names of units."""
    result = {}
    for name, value in called(node, "ModelPrice").items():
        if is_nothing(value):
            continue
        if name not in UNITS:
            raise Refused(f"line {value.lineno}: a price for {name}, which is no unit that tracewire counts")
        result[UNITS[name][0]] = price(value)
    return result


def constraint(node):
    """From which day, or between which hours (UTC)."""
    if node is None or is_nothing(node):
        return {}
    if node.func.id == "StartDateConstraint":
        year, month, day = (ast.literal_eval(argument) for argument in called(node, "StartDateConstraint")["start_date"].args)
        return {"from": f"{year:04}-{month:02}-{day:02}"}
    hours = called(node, "TimeOfDateConstraint")
    return {"between": [time_of_day(hours["start_time"]), time_of_day(hours["end_time"])]}


def time_of_day(node):
    """A `datetime.time` as `16:30`."""
    zones = {ast.unparse(keyword.value) for keyword in node.keywords}
    if not zones <= {"datetime.timezone.utc", "datetime.UTC"}:
        raise Refused(f"line {node.lineno}: a time that is not UTC")
    parts = [ast.literal_eval(argument) for argument in node.args]
    hour, minute, *rest = parts + [0] * (2 - len(parts))
    if any(rest):
        raise Refused(f"line {node.lineno}: a time with seconds")
    return f"{hour:02}:{minute:02}"


CLAUSES = {
    "ClauseEquals": "equals",
    "ClauseStartsWith": "starts_with",
    "ClauseEndsWith": "ends_with",
    "ClauseContains": "contains",
}


def clause(node):
    """A condition on a name."""
    kind = node.func.id
    if kind in CLAUSES:
        return {CLAUSES[kind]: ast.literal_eval(called(node, kind)[CLAUSES[kind]]).lower()}
    if kind == "ClauseRegex":
        return regex(ast.literal_eval(called(node, kind)["regex"]))
    members = called(node, "ClauseOr", "ClauseAnd")
    (name,) = members
    parts = [clause(one) for one in members[name].elts]
    return parts[0] if len(parts) == 1 else {name.rstrip("_"): parts}


def regex(pattern):
    """Look-ahead is what most engines do not have: `^(?!a)b` says `not ^a` and `^b`."""
    ahead = re.match(r"\^\(\?!((?:[^()]|\(\?:[^()]*\))*)\)", pattern)
    if ahead:
        refused, rest = {"not": {"regex": "^" + ahead[1]}}, pattern[ahead.end() :]
        return {"and": [refused, {"regex": "^" + rest}]} if rest else refused
    if re.search(r"\(\?[!=<]", pattern) or re.search(r"\\[0-9]", pattern):
        raise Refused(f"{pattern} needs what the core's engine does not have")
    return {"regex": pattern}


def model(node):
    """A `ModelInfo`."""
    said = called(node, "ModelInfo")
    for name in UNUSED_OF_MODELS:
        said.pop(name, None)
    row = {"id": ast.literal_eval(said.pop("id"))}
    if "name" in said:
        row["name"] = ast.literal_eval(said.pop("name"))
    row["match"] = clause(said.pop("match"))
    listed = said.pop("prices")
    if isinstance(listed, ast.List):
        row["prices"] = []
        for one in listed.elts:
            conditional = called(one, "ConditionalPrice")
            row["prices"].append({**constraint(conditional.get("constraint")), "price": prices(conditional["prices"])})
    else:
        row["prices"] = [{"price": prices(listed)}]
    variants = said.pop("price_variants", None)
    if variants is not None and not is_nothing(variants):
        row["variants"] = []
        for one in variants.elts:
            variant = called(one, "PriceVariant")
            when = {"when": ast.literal_eval(variant["when"])}
            row["variants"].append({**when, **constraint(variant.get("constraint")), "price": prices(variant["prices"])})
    if said:
        raise Refused(f"the model {row['id']} has {', '.join(said)}")
    return row


def provider(node):
    """A `Provider` with its models."""
    said = called(node, "Provider")
    for name in UNUSED_OF_PROVIDERS:
        said.pop(name, None)
    row = {name: ast.literal_eval(said.pop(name)) for name in ("id", "name")}
    row["address"] = ast.literal_eval(said.pop("api_pattern"))
    for theirs, ours in (("provider_match", "match"), ("model_match", "model_match")):
        if theirs in said and not is_nothing(said[theirs]):
            row[ours] = clause(said[theirs])
        said.pop(theirs, None)
    fallback = said.pop("fallback_model_providers", None)
    if fallback is not None and not is_nothing(fallback):
        row["fallback"] = ast.literal_eval(fallback)
    row["models"] = [model(one) for one in said.pop("models").elts]
    if said:
        raise Refused(f"the provider {row['id']} has {', '.join(said)}")
    return row


def read(wheel):
    """Version, list, units and licence of a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        (metadata,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        version = re.search(r"^Version: (.+)$", archive.read(metadata).decode(), re.MULTILINE)[1].strip()
        source = archive.read("genai_prices/data.py").decode()
        units = ast.parse(archive.read("genai_prices/data_units.py").decode())
        (licence,) = (name for name in archive.namelist() if name.endswith("/licenses/LICENSE"))
        return version, source, units, archive.read(licence).decode()


def check_units(tree):
    """The amounts that prices are for are those of `UNITS`."""
    (table,) = (node.value for node in tree.body if isinstance(node, ast.AnnAssign))
    known = {unit["price_key"]: unit["per"] for unit in ast.literal_eval(table).values()}
    for name, (_, per) in UNITS.items():
        if known.get(name) != per:
            raise Refused(f"{name} is the price of {known.get(name)}, not of {per}")


def compact(value):
    """JSON without a space."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def write(version, providers, out):
    """One line for each model, so that a change of a price is a change of a line."""
    out.write(f'{{"source":"genai-prices","version":{compact(version)},"providers":[\n')
    for place, row in enumerate(providers):
        models = row.pop("models")
        out.write(compact(row)[:-1] + ',"models":[\n')
        out.write(",\n".join(compact(one) for one in models))
        out.write("\n]}" + ("," if place + 1 < len(providers) else "") + "\n")
    out.write("]}\n")


def main(arguments):
    """Write the list; with a second argument, the licence to that file."""
    version, source, units, licence = read(arguments[0])
    check_units(units)
    (table,) = (node.value for node in ast.parse(source).body if isinstance(node, ast.AnnAssign))
    write(version, [provider(one) for one in table.elts], sys.stdout)
    if len(arguments) > 1:
        with open(arguments[1], "w", encoding="utf-8", newline="\n") as file:
            file.write(licence)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except Refused as refused:
        sys.exit(f"not converted: {refused}")
