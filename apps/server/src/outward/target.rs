//! Where something is sent, in which protocol.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use reqwest::Url;

use super::OutwardError;

/// How it is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// OTLP over HTTP, as protobuf.
    OtlpHttp,
    /// OTLP over gRPC.
    OtlpGrpc,
    /// Envelopes, one a line, to a tracewire server.
    Envelopes,
}

/// Where something is sent.
#[derive(Clone, Debug)]
pub struct Target {
    pub(super) url: Url,
    pub(super) protocol: Protocol,
    pub(super) headers: HeaderMap,
}

const GRPC_PATH: &str = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";

impl Target {
    /// Where spans go by OTLP. `grpc://` and `grpcs://` stand for gRPC; of others the address is completed by `/v1/traces` as
    /// exporters do it.
    ///
    /// # Errors
    /// `outward_address`, `outward_header`.
    pub fn otlp(given: &str, headers: &[String], is_grpc: bool) -> Result<Self, OutwardError> {
        let plain = [("grpcs://", "https://"), ("grpc://", "http://")];
        let grpc = plain.iter().find_map(|(scheme, as_http)| Some(format!("{as_http}{}", given.strip_prefix(scheme)?)));
        if is_grpc || grpc.is_some() {
            let mut url = parse(given, grpc.as_deref().unwrap_or(given))?;
            url.set_path(GRPC_PATH);
            return Ok(Target { url, protocol: Protocol::OtlpGrpc, headers: read_headers(headers)? });
        }
        let url = completed(parse(given, given)?, "/v1/traces");
        Ok(Target { url, protocol: Protocol::OtlpHttp, headers: read_headers(headers)? })
    }

    /// Where envelopes go.
    ///
    /// # Errors
    /// As of [`Target::otlp`].
    pub fn envelopes(given: &str, headers: &[String]) -> Result<Self, OutwardError> {
        let url = completed(parse(given, given)?, "/v1/envelopes");
        Ok(Target { url, protocol: Protocol::Envelopes, headers: read_headers(headers)? })
    }

    /// How it is sent.
    pub fn protocol(&self) -> Protocol {
        self.protocol
    }

    /// The address to show: without what may be secret.
    pub fn shown(&self) -> String {
        let mut url = self.url.clone();
        // Neither can fail on an address of HTTP.
        let _ = url.set_password(None);
        let _ = url.set_username("");
        url.set_query(None);
        url.to_string()
    }
}

fn parse(given: &str, text: &str) -> Result<Url, OutwardError> {
    let wrong = |reason: String| OutwardError::Address { given: given.to_owned(), reason };
    let url = Url::parse(text).map_err(|error| wrong(error.to_string()))?;
    match (url.scheme(), url.has_host()) {
        ("http" | "https", true) => Ok(url),
        _ => Err(wrong("http://, https://, grpc:// and grpcs:// are known".to_owned())),
    }
}

fn completed(mut url: Url, ending: &str) -> Url {
    let path = url.path().trim_end_matches('/').to_owned();
    if !path.ends_with(ending) {
        url.set_path(&format!("{path}{ending}"));
    }
    url
}

fn read_headers(given: &[String]) -> Result<HeaderMap, OutwardError> {
    let read = |text: &String| {
        let (name, value) = text.split_once('=')?;
        let name = HeaderName::try_from(name.trim()).ok()?;
        let mut value = HeaderValue::try_from(value.trim()).ok()?;
        value.set_sensitive(true);
        Some((name, value))
    };
    // What cannot be read is not repeated whole: it may hold a key.
    let name = |text: &String| text.split('=').next().unwrap_or_default().to_owned();
    given.iter().map(|text| read(text).ok_or_else(|| OutwardError::Header(name(text)))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_completed_as_exporters_do() {
        for (given, is_grpc, url) in [
            ("http://localhost:4318", false, "http://localhost:4318/v1/traces"),
            ("https://u:p@example.com/api/otel/?k=1", false, "https://example.com/api/otel/v1/traces"),
            ("http://localhost:4318/v1/traces", false, "http://localhost:4318/v1/traces"),
            (
                "grpc://localhost:4317",
                false,
                "http://localhost:4317/opentelemetry.proto.collector.trace.v1.TraceService/Export",
            ),
            (
                "https://example.com:4317",
                true,
                "https://example.com:4317/opentelemetry.proto.collector.trace.v1.TraceService/Export",
            ),
        ] {
            assert_eq!(Target::otlp(given, &[], is_grpc).unwrap().shown(), url);
        }
        assert_eq!(Target::envelopes("http://h", &[]).unwrap().shown(), "http://h/v1/envelopes");
        for bad in ["", "localhost:4318", "ftp://h", "http://", "/path"] {
            assert_eq!(Target::otlp(bad, &[], false).unwrap_err().code(), "outward_address", "{bad}");
        }
    }

    #[test]
    fn a_header_is_read_and_what_is_none_is_not_repeated() {
        let headers = ["authorization=Bearer a=b".to_owned()];
        assert_eq!(Target::otlp("http://h", &headers, false).unwrap().headers["authorization"], "Bearer a=b");
        let wrong = Target::otlp("http://h", &["x y=secret".to_owned()], false).unwrap_err();
        assert_eq!(wrong.to_string(), "`x y` is no header; NAME=VALUE is");
    }
}
