//! What a client wants to read (GraphQL over HTTP, section 6.1).

use axum::http::{HeaderMap, header};

/// A form of answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Media {
    /// `application/graphql-response+json`: status codes tell request errors apart.
    Response,
    /// `application/json`: 200 for anything that is GraphQL.
    Json,
    /// `text/event-stream`: distinct connections of graphql-sse.
    EventStream,
}

impl Media {
    pub(super) const fn content_type(self) -> &'static str {
        match self {
            Self::Response => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
            Self::EventStream => "text/event-stream",
        }
    }
}

/// The form that suits best; none where nothing we have is wanted.
pub(super) fn negotiate(headers: &HeaderMap) -> Option<Media> {
    let mut best: Option<(f32, usize, Media)> = None;
    let mut any = false;
    for value in headers.get_all(header::ACCEPT) {
        let Ok(value) = value.to_str() else { continue };
        for range in value.split(',').map(str::trim).filter(|range| !range.is_empty()) {
            any = true;
            let mut parts = range.split(';').map(str::trim);
            let (media, specific) = match parts.next().unwrap_or_default().to_ascii_lowercase().as_str() {
                "application/graphql-response+json" => (Media::Response, 2),
                "application/json" => (Media::Json, 2),
                "text/event-stream" => (Media::EventStream, 2),
                "application/*" => (Media::Json, 1),
                "*/*" => (Media::Json, 0),
                _ => continue,
            };
            let mut quality = 1.0;
            let mut charset = true;
            for parameter in parts {
                match parameter.split_once('=') {
                    Some((name, value)) if name.trim() == "q" => quality = value.trim().parse().unwrap_or(0.0),
                    Some((name, value)) if name.trim().eq_ignore_ascii_case("charset") => {
                        charset = value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8");
                    }
                    _ => {}
                }
            }
            let wins = best.is_none_or(|(q, s, _)| (quality, specific) > (q, s));
            if quality > 0.0 && charset && wins {
                best = Some((quality, specific, media));
            }
        }
    }
    if any { best.map(|(_, _, media)| media) } else { Some(Media::Json) }
}

/// Whether a body says that it is JSON in UTF-8.
pub(super) fn is_json(headers: &HeaderMap) -> bool {
    let Some(value) = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()) else {
        return false;
    };
    let mut parts = value.split(';').map(str::trim);
    let json = parts.next().is_some_and(|media| media.eq_ignore_ascii_case("application/json"));
    json && parts.all(|parameter| match parameter.split_once('=') {
        Some((name, value)) if name.trim().eq_ignore_ascii_case("charset") => {
            value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
        }
        _ => true,
    })
}

/// What `Accept-Language` says.
pub(super) fn language(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).filter(|text| text.len() <= 200)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wants(accept: &str) -> Option<Media> {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, accept.parse().unwrap());
        negotiate(&headers)
    }

    #[test]
    fn the_best_form_wins() {
        assert_eq!(negotiate(&HeaderMap::new()), Some(Media::Json));
        assert_eq!(wants("*/*"), Some(Media::Json));
        assert_eq!(wants("application/json, application/graphql-response+json"), Some(Media::Json));
        assert_eq!(wants("application/json;q=0.8, application/graphql-response+json"), Some(Media::Response));
        assert_eq!(wants("text/html, */*;q=0.1"), Some(Media::Json));
        assert_eq!(wants("text/event-stream"), Some(Media::EventStream));
        assert_eq!(wants("text/html"), None);
        assert_eq!(wants("application/json; charset=latin1"), None);
    }
}
