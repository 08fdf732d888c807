import pytest

from callrecords.settings.proxies import is_proxy_set


@pytest.mark.parametrize("name", ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"])
def test_a_proxy_is_set_by_any_of_its_names(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.environ", {name: "http://proxy.example:3128"})
    assert is_proxy_set()


@pytest.mark.parametrize(
    "environment",
    [{}, {"NO_PROXY": "localhost"}, {"no_proxy": "*"}, {"HTTPS_PROXY": ""}, {"FTP_PROXY": "http://proxy.example"}],
)
def test_without_a_proxy_none_is_set(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.environ", environment)
    assert not is_proxy_set()
