import pytest

from callrecords.facts.meetings import thread_id


@pytest.mark.parametrize(
    ("url", "thread"),
    [
        (
            "https://teams.example/l/meetup-join/19%3ameeting_NmZh%40thread.v2/0?context=%7b%22Tid%22%3a%22x%22%7d",
            "19:meeting_NmZh@thread.v2",
        ),
        ("https://teams.example/l/meetup-join/19:1f2e3d@thread.tacv2/1604", "19:1f2e3d@thread.tacv2"),
        ("https://teams.example/l/meetup-join/19%3ameeting_x", "19:meeting_x"),
        ("https://teams.example/meet/2345?p=secret", None),
        ("no URL", None),
        ("", None),
        (None, None),
    ],
)
def test_the_thread_of_a_meeting_is_found_in_its_join_url(url: str | None, thread: str | None) -> None:
    assert thread_id(url) == thread
