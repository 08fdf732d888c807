"""What HTTP makes of an answer: the version at hand is not sent again, large ones are compressed."""

import csv
import gzip
import io

import pytest

from callrecords.http.answers import Answer, BadParameter, csv_answer, json_answer, refusal

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


def cell(value: object) -> str:
    """What a reader of CSV finds where the answer has the value."""
    answer = csv_answer(("value", "next"), [{"value": value, "next": "x"}])
    (found,) = csv.DictReader(io.StringIO(answer.body.decode(), newline=""))
    assert found["next"] == "x"
    return str(found["value"])


@pytest.mark.parametrize(
    "text",
    [
        '=HYPERLINK("https://attacker.example","x")',
        "+1+1",
        "+15550100+cmd",
        "+1*2",
        "+(555) 0100",
        "-1+1",
        "-x",
        "@SUM(1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "=",
        "+15550100\n=1",
    ],
)
def test_a_text_that_a_spreadsheet_would_take_for_a_formula_begins_with_an_apostrophe(text: str) -> None:
    assert cell(text) == f"'{text}"


@pytest.mark.parametrize(
    "text", ["+15550100", "+1555019****", "-1.50", "0.0150", "-7", "+1.5", "5550100", "Anna = Ben", "", "a,b", 'a"b']
)
def test_numbers_telephone_numbers_and_other_texts_stay_as_they_are(text: str) -> None:
    assert cell(text) == text


@pytest.mark.parametrize(("value", "text"), [(None, ""), (True, "true"), (False, "false"), (-7, "-7"), (-0.5, "-0.5")])
def test_what_is_no_text_is_as_in_json_but_nothing_is_an_empty_cell(value: object, text: str) -> None:
    assert cell(value) == text


def test_a_cell_that_a_row_lacks_is_empty_and_a_table_may_have_headers() -> None:
    answer = csv_answer(("a", "b"), [{"b": 1}], X_More="yes")
    assert (answer.body, answer.headers) == (b"a,b\r\n,1\r\n", {"X-More": "yes"})
