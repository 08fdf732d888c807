"""What HTTP makes of an answer: the version at hand is not sent again, large ones are compressed."""

import gzip

import pytest

from callrecords.http.answers import Answer, BadParameter, json_answer, refusal

LARGE = json_answer({"text": "x" * 2_000}, ETag='W/"7"')
SMALL = json_answer({"text": "x"}, ETag='W/"7"')


@pytest.mark.parametrize("name", ["If-None-Match", "if-none-match"])
@pytest.mark.parametrize("listed", ['W/"7"', 'W/"6", W/"7"', 'W/"7",W/"8"', '"7"', '"6", "7"', "*"])
def test_a_version_that_is_at_hand_is_not_sent_again(name: str, listed: str) -> None:
    answer = LARGE.encoded({name: listed, "Accept-Encoding": "gzip"})
    assert (answer.status, answer.body, answer.headers) == (304, b"", {"ETag": 'W/"7"', "Vary": "Accept-Encoding"})


def test_a_small_version_that_is_at_hand_is_not_sent_again() -> None:
    answer = SMALL.encoded({"If-None-Match": 'W/"7"'})
    assert (answer.status, answer.body, answer.headers) == (304, b"", {"ETag": 'W/"7"'})


@pytest.mark.parametrize("listed", ['W/"6"', 'W/"77"', '"77"', "7", ""])
def test_another_version_is_sent(listed: str) -> None:
    assert SMALL.encoded({"If-None-Match": listed}) == SMALL


def test_an_answer_without_a_version_is_always_sent() -> None:
    answer = json_answer({})
    assert answer.encoded({"If-None-Match": ""}) == answer
    assert answer.encoded({"If-None-Match": "*"}) == answer


@pytest.mark.parametrize("accepted", ["gzip", "GZip", "br, gzip", "deflate, gzip;q=0.5", "*", "br;q=0, *"])
def test_a_large_answer_is_compressed_where_that_is_accepted(accepted: str) -> None:
    answer = LARGE.encoded({"accept-encoding": accepted})
    assert gzip.decompress(answer.body) == LARGE.body
    assert answer.headers == {"ETag": 'W/"7"', "Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
    assert len(answer.body) < len(LARGE.body)


@pytest.mark.parametrize("accepted", ["", "br", "identity", "x-gzip-not"])
def test_a_large_answer_is_sent_as_it_is_where_not(accepted: str) -> None:
    answer = LARGE.encoded({"Accept-Encoding": accepted})
    assert (answer.body, answer.headers) == (LARGE.body, {"ETag": 'W/"7"', "Vary": "Accept-Encoding"})


@pytest.mark.parametrize("accepted", ["gzip;q=0, br", "GZIP;Q=0.00", "*, gzip;q=0", "*;q=0"])
def test_gzip_that_is_refused_by_its_weight_is_not_used(accepted: str) -> None:
    assert LARGE.encoded({"Accept-Encoding": accepted}).body == LARGE.body


def test_a_small_answer_is_not_compressed() -> None:
    assert SMALL.encoded({"Accept-Encoding": "gzip"}) == SMALL


def test_an_answer_may_be_another_text_than_json() -> None:
    answer = Answer(LARGE.status, LARGE.body, media_type="text/csv").encoded({"Accept-Encoding": "gzip"})
    assert answer.media_type == "text/csv"


@pytest.mark.parametrize("answer", [LARGE, SMALL.encoded({"If-None-Match": "*"}), refusal(BadParameter("no"))])
def test_nobody_keeps_a_copy_of_an_answer_or_guesses_what_it_is(answer: Answer) -> None:
    always = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    assert answer.all_headers == {**answer.headers, **always}


def test_an_answer_that_is_of_nobody_may_say_how_long_it_is_kept() -> None:
    answer = json_answer({}, Cache_Control="max-age=60")
    assert answer.all_headers == {"Cache-Control": "max-age=60", "X-Content-Type-Options": "nosniff"}
