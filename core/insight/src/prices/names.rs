//! What providers are called elsewhere: by OpenTelemetry, by SDKs, by gateways.

/// Names of others, and the price list's id. What follows a point or a hyphen does not matter where the whole name is unknown.
const NAMES: [(&str, &str); 19] = [
    ("gcp.gen_ai", "google"),
    ("gcp.gemini", "google"),
    ("gcp.vertex_ai", "google"),
    ("aws.bedrock", "aws"),
    ("azure.ai.openai", "azure"),
    ("azure.ai.inference", "azure"),
    ("az.ai.openai", "azure"),
    ("az.ai.inference", "azure"),
    ("azure_openai", "azure"),
    ("x_ai", "x-ai"),
    ("moonshot_ai", "moonshotai"),
    ("fireworks_ai", "fireworks"),
    ("fireworks-ai", "fireworks"),
    ("togetherai", "together"),
    ("together.ai", "together"),
    ("voyage", "voyageai"),
    ("z_ai", "zai"),
    ("z.ai", "zai"),
    ("vercel_ai_gateway", "gateway"),
];

/// Who only hands calls on: the model's name says whose it is.
const GATEWAYS: [&str; 6] = ["litellm", "litellm_proxy", "gateway", "portkey", "helicone", "langchain"];

/// The price list's id for a name of others, both in lower case.
pub(super) fn id(name: &str) -> Option<&'static str> {
    let known = NAMES.iter().find(|(theirs, _)| *theirs == name).map(|(_, id)| *id);
    // Before anything that only contains `openai`.
    known.or_else(|| (name.starts_with("azure") || name.starts_with("az.")).then_some("azure"))
}

/// The first word of a name such as `groq.chat`, which is how some SDKs add the API.
pub(super) fn first_word(name: &str) -> Option<&str> {
    name.split_once('.').map(|(first, _)| first).filter(|first| !first.is_empty())
}

/// Whether a provider is none, but hands calls on to one.
pub(super) fn is_gateway(name: &str) -> bool {
    GATEWAYS.contains(&name)
}
