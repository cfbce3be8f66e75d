"""The fixture server gives the site's files, patched, and nothing else."""

from __future__ import annotations

import http.client
import shutil
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from simbench.errors import OutsideFailure
from simbench.site.injection import active_defects, inject
from simbench.site.loading import load_declaration
from simbench.site.server import MAX_CONNECTIONS, FixtureServer, find_file, latency_of

MINI = Path(__file__).parent / "data" / "mini"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    around = tmp_path_factory.mktemp("around")
    (around / "secret.txt").write_text("secret")
    shutil.copytree(MINI, around / "mini")
    (around / "mini" / ".hidden.txt").write_text("secret")
    (around / "mini" / "captured").mkdir()
    (around / "mini" / "captured" / "index.json").write_text("{}")
    (around / "mini" / "link.txt").symlink_to(around / "secret.txt")
    (around / "mini" / "up").symlink_to(around)
    return around / "mini"


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[FixtureServer]:
    with FixtureServer(folder, load_declaration(folder)) as running:
        yield running


def ask(server: FixtureServer, path: str, method: str = "GET", **headers: str) -> tuple[int, bytes, dict[str, str]]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    # putrequest, unlike request, sends the path as it is.
    connection.putrequest(method, path, skip_host="Host" in headers, skip_accept_encoding=True)
    for name, value in headers.items():
        connection.putheader(name.replace("_", "-"), value)
    connection.endheaders()
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, body, {name.lower(): value for name, value in answer.getheaders()}


def test_pages_and_files_have_their_types_and_are_not_kept(server: FixtureServer) -> None:
    for path, mime in [
        ("/", "text/html; charset=utf-8"),
        ("/item/anything?x=1", "text/html; charset=utf-8"),
        ("/style.css", "text/css; charset=utf-8"),
        ("/shared.js", "text/javascript; charset=utf-8"),
        ("/api/price.json", "application/json"),
        ("/api/price", "application/json"),
        ("/sheet.txt", "text/plain; charset=utf-8"),
    ]:
        status, body, headers = ask(server, path)
        assert (status, headers["content-type"]) == (200, mime), path
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
        assert len(body) == int(headers["content-length"]) > 0


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt", "/..%2fsecret.txt", "/%2e%2e/secret.txt", "/%2e%2e%2fsecret.txt", "/..%5csecret.txt",
        "/..\\secret.txt", "//secret.txt", "/api/../../secret.txt", "/api/..;/secret.txt", "/%252e%252e/secret.txt",
        "/%c0%ae%c0%ae/secret.txt", "/%ff", "/link.txt", "/up/secret.txt", "/up/mini/style.css", "/.hidden.txt",
        "/%2ehidden.txt", "/style.css%00", "/style.css%00.txt", "/style.css.", "/style.css%20", "/style.css::$DATA",
        "/site.yaml", "/SITE.YAML", "/defects/dead-photo.js", "/Defects/dead-photo.js", "/captured/index.json",
        "/home.html/", "/./style.css", "/api/", "/nothing.css", "/site.yam%6c", "/item/%2e%2e",
        "/item/../../secret.txt",
    ],
)  # fmt: skip
def test_nothing_else_is_served(server: FixtureServer, path: str) -> None:
    status, body, _ = ask(server, path)
    assert status == 404, (path, status)
    assert b"secret" not in body


def test_find_file_never_leaves_the_folder(folder: Path) -> None:
    assert find_file(folder, "/style.css") == folder / "style.css"
    assert find_file(folder, "/api/price") == folder / "api" / "price.json"
    assert find_file(folder, "/link.txt") is None
    assert find_file(folder, "style.css") is None


def test_only_its_own_name_is_answered(server: FixtureServer) -> None:
    assert ask(server, "/", Host=f"localhost:{server.port}")[0] == 200
    for host in ("evil.example", f"evil.example:{server.port}", "127.0.0.1", ""):
        assert ask(server, "/", Host=host)[0] == 403, host


def test_it_listens_on_the_loopback_only(server: FixtureServer) -> None:
    assert server._http.socket.getsockname()[0] == "127.0.0.1"


def test_bodies_are_read_and_bounded(server: FixtureServer) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    for _ in range(2):
        connection.request("POST", "/api/price.json", body=b"x" * 1000)
        answer = connection.getresponse()
        assert answer.status == 200
        answer.read()
    connection.close()
    assert ask(server, "/api/price.json", "POST", Content_Length="99999999")[0] == 413
    assert ask(server, "/api/price.json", "POST", Content_Length="-5")[0] == 413
    assert ask(server, "/api/price.json", "POST", Transfer_Encoding="chunked")[0] == 411
    assert ask(server, "/", "DELETE")[0] == 501


def test_head_has_no_body(server: FixtureServer) -> None:
    status, body, headers = ask(server, "/style.css", "HEAD")
    assert status == 200
    assert body == b""
    assert int(headers["content-length"]) == (MINI / "style.css").stat().st_size


def test_the_cookie_switches_defects_on_for_their_page_only(server: FixtureServer) -> None:
    plain = ask(server, "/item/one")[1]
    assert plain == (MINI / "item.html").read_bytes()
    both = ask(server, "/item/one", Cookie="a=b; variant=tall-title.covered-send.unknown")[1].decode()
    # In the order of site.yaml, whatever the order in the cookie.
    assert both.index("#veil {") < both.index("</head>")
    assert both.index('id="veil"') < both.index("An offer for today") < both.index("</body>")
    assert both.index('byId("ask")') < both.index('id="veil"')
    for word in ("tall-title", "covered-send", "variant"):
        assert word not in both
    assert ask(server, "/", Cookie="variant=tall-title")[1] == (MINI / "home.html").read_bytes()
    assert ask(server, "/item/one", Cookie='variant="')[0] == 200


def test_defects_without_a_cookie(folder: Path) -> None:
    site = load_declaration(folder)
    with FixtureServer(folder, site, defects=("tall-title",)) as server:
        assert b"An offer" in ask(server, "/item/one")[1]
        assert b"An offer" not in ask(server, "/item/one", Cookie="variant=")[1]


def test_injection_finds_its_places(tmp_path: Path) -> None:
    site = load_declaration(MINI)
    (tmp_path / "defects").mkdir()
    (tmp_path / "defects" / "covered-send.css").write_text("p { content: '</style>' }")
    (tmp_path / "defects" / "covered-send.js").write_text("const end = '</script>';")
    defects = active_defects(site.defects, "/item/:id", "covered-send")
    html = b"<html><HEAD></HEAD><body><script>'</body>'</script></body ></html>"
    patched = inject(html, tmp_path, defects).decode()
    assert patched.index("<style>") < patched.index("</HEAD>")
    assert patched.index("const end") < patched.index("</body >")
    assert patched.index("const end") > patched.index("'</body>'")
    assert patched.count("</style") == 1
    assert patched.count("</script") == 2
    # A page without the usual tags is patched at its end.
    assert b"const end" in inject(b"<p>bare", tmp_path, defects)


def test_latencies_are_played_when_asked_for(server: FixtureServer) -> None:
    site = load_declaration(MINI)
    assert latency_of(site, "/api/price.json") == 120
    assert latency_of(site, "/style.css") == 0

    def took(path: str, mode: str) -> float:
        start = time.perf_counter()
        assert ask(server, path, Simbench_Latency=mode)[0] == 200
        return time.perf_counter() - start

    assert took("/api/price.json", "requests") >= 0.12
    assert took("/", "all") >= 0.06
    assert min(took("/api/price.json", "off") for _ in range(5)) < 0.1


def test_it_stops_at_once_even_while_it_waits(folder: Path) -> None:
    site = load_declaration(folder)
    slow = site.model_copy(update={"server": [site.server[0].model_copy(update={"ms": 60_000.0})]})
    server = FixtureServer(folder, slow, latency="requests").start()
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as waiting:
        waiting.sendall(f"GET /api/price.json HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n\r\n".encode())
        time.sleep(0.1)
        start = time.perf_counter()
        server.close()
        assert time.perf_counter() - start < 2
    with pytest.raises(ConnectionRefusedError):
        ask(server, "/")


def test_connections_are_bounded(folder: Path) -> None:
    with FixtureServer(folder, load_declaration(folder)) as server:
        idle = [socket.create_connection(("127.0.0.1", server.port), timeout=5) for _ in range(MAX_CONNECTIONS)]
        try:
            time.sleep(0.3)
            with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
                ask(server, "/")
        finally:
            for connection in idle:
                connection.close()
        time.sleep(0.3)
        assert ask(server, "/")[0] == 200


def test_a_port_in_use_is_told(server: FixtureServer, folder: Path) -> None:
    with pytest.raises(OutsideFailure, match=f"port {server.port}.*--port"):
        FixtureServer(folder, server.site, port=server.port)
