"""Envelopes over HTTP: one request for each batch, and what each answer means."""

from __future__ import annotations

import time

from ._base import Exporter, RetryLater, Undeliverable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from http.client import HTTPMessage, HTTPResponse
    from typing import Any, Final, Literal
    from urllib.request import OpenerDirector

    from ._base import Batch

_MOST_REDIRECTS: Final = 5
_MOST_ANSWER_BYTES: Final = 16384
# What may work tomorrow without the data having changed: somebody mends a key, a route, a clock, a quota.
_WORTH_ANOTHER_TRY: Final = frozenset([401, 403, 404, 407, 408, 409, 421, 423, 425, 429])
_REDIRECTS: Final = frozenset([301, 302, 307, 308])
_TOO_LARGE: Final = 413


class HttpExporter(Exporter):
    """Sends batches of envelopes to a URL by POST.

    ====================================== =====================================================================
    2xx                                     delivered
    429, 5xx, no answer, a broken answer    again later; ``Retry-After`` is kept to, up to an hour
    401, 403, 404, 407, 408, 409, 421, …    again later: the key, the address or the server may be mended
    413                                     the batch is halved; a single envelope that is too large is dropped
    other 4xx                               dropped, and counted as ``http_400`` …: these data can never work
    301, 302, 307, 308                      followed, also to another host, but then without the headers given here
    ====================================== =====================================================================

    Proxies are those of the platform: ``HTTPS_PROXY``, ``NO_PROXY``, the system's settings on macOS and Windows.

    Args:
        url: where to send.
        headers: further headers, such as ``Authorization``; or a function that gives them, called for each request.
        format: ``jsonl``, one envelope a line (``application/x-ndjson``), or ``json``, a list of envelopes
            (``application/json``).
        compress: whether bodies are sent with gzip.
        timeout: seconds that connecting, and each wait for the server, may take.

    Raises:
        ValueError: when ``url`` is not one of http or https.

    Example:
        >>> HttpExporter("https://traces.example.com/v1/envelopes", headers={"Authorization": "Bearer …"})

    """

    uses_events = False

    def __init__(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | Callable[[], Mapping[str, str]] | None = None,
        format: Literal["jsonl", "json"] = "jsonl",  # noqa: A002
        compress: bool = True,
        timeout: float = 10.0,
    ) -> None:
        from urllib.parse import urlsplit

        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("url is not one of http or https")  # Without the URL: it may hold a password.
        if format not in ("jsonl", "json"):
            raise ValueError(f"format is jsonl or json, not {format!r:.40}")
        if not timeout > 0:
            raise ValueError(f"timeout must be positive: {timeout}")
        self._url, self._login = _without_login(url)
        self._headers = headers
        self._format = format
        self._compress = compress
        self._timeout = timeout
        self._opener: OpenerDirector | None = None
        port = f":{parts.port}" if parts.port else ""
        # Neither the name and password nor the query: the name stands in journals and in logs.
        self._shown = f"{parts.scheme}://{parts.hostname}{port}{parts.path}"

    def sink(self) -> str:
        """The name that stands in journals."""
        return self.name or f"http:{self._shown}"

    def export(self, batch: Batch) -> None:
        """Send the batch; when it returns, the server has said that it has it."""
        deadline = None if batch.seconds is None else time.monotonic() + batch.seconds
        self._send(batch.envelopes, deadline)

    def _send(self, envelopes: list[bytes], deadline: float | None) -> None:
        status, headers, answer = self._post(self._body(envelopes), deadline)
        if 200 <= status < 300:
            return
        code, message = f"http_{status}", f"{self._shown} answers {status}{': ' if answer else ''}{answer}"
        if status == _TOO_LARGE and len(envelopes) > 1:
            self._send_halves(envelopes, deadline)
            return
        if 400 <= status < 500 and status not in _WORTH_ANOTHER_TRY:
            raise Undeliverable(code, message, events=_count(envelopes))
        raise RetryLater(code, message, after=_retry_after(headers))

    def _send_halves(self, envelopes: list[bytes], deadline: float | None) -> None:
        middle = len(envelopes) // 2
        refused: list[Undeliverable] = []
        for half in (envelopes[:middle], envelopes[middle:]):
            try:
                self._send(half, deadline)
            except Undeliverable as error:
                refused.append(error)
        if refused:
            first = refused[0]
            raise Undeliverable(first.reason, str(first), events=sum(error.events or 0 for error in refused))

    def _body(self, envelopes: list[bytes]) -> bytes:
        if self._format == "json":
            body = b"[" + b",".join(envelopes) + b"]"
        else:
            body = b"".join(envelope + b"\n" for envelope in envelopes)
        if self._compress:
            import gzip

            body = gzip.compress(body, 6, mtime=0)
        return body

    def _request_headers(self) -> dict[str, str]:
        from .._version import __version__

        return {
            "Content-Type": "application/x-ndjson" if self._format == "jsonl" else "application/json",
            "User-Agent": f"tracewire-python/{__version__}",
            **({"Content-Encoding": "gzip"} if self._compress else {}),
        }

    def _post(self, body: bytes, deadline: float | None) -> tuple[int, HTTPMessage, str]:
        import http.client
        from urllib.parse import urljoin, urlsplit
        from urllib.request import Request

        url = self._url
        own = self._login | dict(self._headers() if callable(self._headers) else self._headers or {})
        for _ in range(_MOST_REDIRECTS + 1):
            timeout = self._timeout
            if deadline is not None:
                timeout = min(timeout, deadline - time.monotonic())
                if timeout <= 0:
                    raise RetryLater("export_timeout", f"{self._shown} did not answer in the time that there was")
            request = Request(url, data=body, headers={**self._request_headers(), **own}, method="POST")
            try:
                answer: HTTPResponse = self._open(request, timeout)
            except (OSError, http.client.HTTPException) as error:
                reason = getattr(error, "reason", error)
                code = "http_timeout" if isinstance(reason, TimeoutError) else "connection"
                raise RetryLater(code, f"{self._shown}: {type(reason).__name__}: {reason}") from error
            with answer:
                location = answer.headers.get("Location")
                if answer.status not in _REDIRECTS or not location:
                    return answer.status, answer.headers, _text_of(answer)
            target = urljoin(url, location)
            old, new = urlsplit(url), urlsplit(target)
            if new.scheme not in ("http", "https") or (old.scheme, new.scheme) == ("https", "http"):
                raise RetryLater("http_redirect", f"{self._shown} leads to {new.scheme}, where nothing is sent")
            if (old.scheme, old.netloc) != (new.scheme, new.netloc):
                own = {}
            url = target
        raise RetryLater("http_redirect", f"{self._shown} leads in a circle")

    def _open(self, request: Any, timeout: float) -> Any:
        opener = self._opener
        if opener is None:
            opener = self._opener = _opener()
        return opener.open(request, timeout=timeout)

    def close(self) -> None:
        """Let go of the connections' settings."""
        self._opener = None

    def __repr__(self) -> str:
        return f"<tracewire.exporters.HttpExporter to {self._shown}>"


def _without_login(url: str) -> tuple[str, dict[str, str]]:
    """A URL without name and password, and the header that says them."""
    from urllib.parse import unquote, urlsplit

    parts = urlsplit(url)
    login, at, host = parts.netloc.rpartition("@")
    if not at:
        return url, {}
    import base64

    encoded = base64.b64encode(unquote(login).encode()).decode()
    return parts._replace(netloc=host).geturl(), {"Authorization": f"Basic {encoded}"}


def _count(envelopes: list[bytes]) -> int:
    import json

    return sum(len(json.loads(envelope)["events"]) for envelope in envelopes)


def _opener() -> OpenerDirector:
    """One that knows the platform's proxies, and leaves every status to the caller."""
    from urllib.request import HTTPErrorProcessor, build_opener

    class EveryStatus(HTTPErrorProcessor):
        def http_response(self, request: Any, response: Any) -> Any:
            return response

        https_response = http_response

    return build_opener(EveryStatus)


def _text_of(answer: HTTPResponse) -> str:
    """What a server says besides its status; the status is known already, so an answer that breaks off is no failure."""
    import http.client

    try:
        text = answer.read(_MOST_ANSWER_BYTES).decode("utf-8", "replace")
    except (OSError, http.client.HTTPException, ValueError):
        return ""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text[:400]).split())[:200]


def _retry_after(headers: HTTPMessage) -> float | None:
    """``Retry-After`` in seconds: a number, or a date."""
    value = (headers.get("Retry-After") or "").strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    if not value:
        return None
    from email.utils import parsedate_to_datetime

    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except (OverflowError, TypeError, ValueError):
        return None
