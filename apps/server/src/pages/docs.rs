//! `/openapi.json`, and the same as a page for people at `/docs`: written once, when the server begins.

use std::fmt::Write as _;

use axum::Router;
use axum::body::Bytes;
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::IntoResponse as _;
use axum::routing::get;
use serde_json::Value;
use utoipa::openapi::OpenApi;

use crate::state::Shared;

const STYLE: &str = include_str!("assets/style.css");
const METHODS: [&str; 4] = ["get", "post", "put", "delete"];

pub(super) fn routes(description: &OpenApi) -> Router<Shared> {
    let mut description = description.clone();
    crate::api::describe(&mut description);
    let value = serde_json::to_value(&description).unwrap_or_default();
    let json = Bytes::from(serde_json::to_vec_pretty(&value).unwrap_or_default());
    let page = Bytes::from(page(&value));
    Router::new()
        .route("/openapi.json", get(move || async move { file("application/json", json) }))
        .route("/docs", get(move || async move { file("text/html; charset=utf-8", page) }))
        .route("/docs/style.css", get(async || file("text/css; charset=utf-8", Bytes::from_static(STYLE.as_bytes()))))
}

fn file(media: &'static str, bytes: Bytes) -> axum::response::Response {
    let headers =
        [(CONTENT_TYPE, HeaderValue::from_static(media)), (CACHE_CONTROL, HeaderValue::from_static("no-cache"))];
    (headers, bytes).into_response()
}

/// The description as a page. What stands in it is ours, and escaped all the same.
fn page(description: &Value) -> String {
    let text = |value: &Value, name: &str| escape(value.get(name).and_then(Value::as_str).unwrap_or_default());
    let info = description.get("info").cloned().unwrap_or_default();
    let mut index = String::new();
    let mut articles = String::new();
    for (path, item) in description.get("paths").and_then(Value::as_object).into_iter().flatten() {
        for (method, operation) in METHODS.iter().filter_map(|method| Some((method, item.get(method)?))) {
            let id = text(operation, "operationId");
            let (shown, path) = (method.to_uppercase(), escape(path));
            let _ = writeln!(index, "<li><a href=\"#{id}\"><code>{shown} {path}</code></a></li>");
            let _ = writeln!(
                articles,
                "<article id=\"{id}\">\n<h3><code><span class=\"method\">{shown}</span>{path}</code></h3>\n<p>{}</p>",
                text(operation, "summary")
            );
            let more = text(operation, "description");
            if !more.is_empty() {
                let _ = writeln!(articles, "<p>{more}</p>");
            }
            parameters(operation, &mut articles);
            answers(operation, &mut articles);
            articles.push_str("</article>\n");
        }
    }
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>{title} API</title>\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <link rel=\"stylesheet\" href=\"/docs/style.css\">\n</head>\n<body>\n<main>\n<h1>{title} API</h1>\n\
         <p class=\"quiet\">Version {version} · <a href=\"/openapi.json\">OpenAPI 3.1</a></p>\n<p>{about}</p>\n\
         <nav>\n<ul>\n{index}</ul>\n</nav>\n{articles}</main>\n</body>\n</html>\n",
        title = text(&info, "title"),
        version = text(&info, "version"),
        about = text(&info, "description"),
    )
}

fn parameters(operation: &Value, out: &mut String) {
    let Some(parameters) = operation.get("parameters").and_then(Value::as_array).filter(|all| !all.is_empty()) else {
        return;
    };
    out.push_str("<table>\n<tr><th>parameter</th><th>in</th><th></th></tr>\n");
    for parameter in parameters {
        let text = |name: &str| escape(parameter.get(name).and_then(Value::as_str).unwrap_or_default());
        let _ = writeln!(
            out,
            "<tr><td><code>{}</code></td><td>{}</td><td>{}</td></tr>",
            text("name"),
            text("in"),
            text("description")
        );
    }
    out.push_str("</table>\n");
}

fn answers(operation: &Value, out: &mut String) {
    out.push_str("<table>\n<tr><th>answer</th><th></th><th></th></tr>\n");
    for (status, answer) in operation.get("responses").and_then(Value::as_object).into_iter().flatten() {
        let media: Vec<&str> = answer
            .get("content")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
            .map(|(media, _)| media.as_str())
            .collect();
        let about = answer.get("description").and_then(Value::as_str).unwrap_or_default();
        let _ = writeln!(
            out,
            "<tr><td><code>{}</code></td><td>{}</td><td class=\"quiet\">{}</td></tr>",
            escape(status),
            escape(about),
            escape(&media.join(", "))
        );
    }
    out.push_str("</table>\n");
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_has_every_operation_and_nothing_inline() {
        let description = serde_json::to_value(crate::server::openapi()).unwrap();
        let page = page(&description);
        for word in ["/v1/envelopes", "/v1/traces/{trace_id}", "id=\"followLive\"", "id=\"deleteTrace\""] {
            assert!(page.contains(word), "{word}");
        }
        for word in ["<script", "style=", " on"] {
            assert!(!page.contains(&format!("{word}click")) && (word == " on" || !page.contains(word)), "{word}");
        }
    }
}
