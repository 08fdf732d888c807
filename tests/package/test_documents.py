"""The pages of the project lead to each other."""

import re

import pytest

from tests.markdown import ROOT, anchor, anchors, headings, links, page

PAGES = sorted(str(path.relative_to(ROOT)) for pattern in ("*.md", "docs/**/*.md") for path in ROOT.glob(pattern))
# Lines from which on a page has a table of contents.
LONG = 80
LONG_PAGES = [name for name in PAGES if name.startswith("docs/") and len(page(name).splitlines()) > LONG]


def broken(name: str, link: str) -> bool:
    """Whether a link on the page leads to no file, or to no heading of one."""
    target, _, fragment = link.partition("#")
    path = (ROOT / name).parent / target if target else ROOT / name
    if not path.exists():
        return True
    return bool(fragment) and fragment not in anchors(path.read_text())


@pytest.mark.parametrize("name", PAGES)
def test_every_link_leads_to_something_that_is_there(name: str) -> None:
    assert [link for link in links(page(name)) if broken(name, link)] == []


@pytest.mark.parametrize("name", PAGES)
def test_no_two_headings_of_a_page_have_the_same_anchor(name: str) -> None:
    found = anchors(page(name))
    assert len(found) == len(set(found))


@pytest.mark.parametrize("name", LONG_PAGES)
def test_a_long_page_begins_with_links_to_its_sections(name: str) -> None:
    beginning = page(name).split("\n## ")[0]
    contents = [line for line in beginning.splitlines() if line.startswith("- [")]
    assert contents == [f"- [{heading}](#{anchor(heading)})" for heading in headings(page(name))]


RECORDS = [name for name in PAGES if name.startswith("docs/decisions/0")]


def title(name: str) -> str:
    return page(name).partition("\n")[0].removeprefix("# ")


def test_the_index_has_every_decision_under_its_title_and_no_other() -> None:
    index = re.findall(r"^- \[(.+)\]\((.+)\): .+$", page("docs/decisions/README.md"), re.MULTILINE)
    assert index == [(title(name), name.rpartition("/")[2]) for name in RECORDS]
    assert [int(listed[:4]) for listed, _ in index] == [*range(1, len(RECORDS) + 1)]


@pytest.mark.parametrize("name", RECORDS)
def test_a_decision_says_why_what_else_was_considered_and_what_follows(name: str) -> None:
    parts = ["Context", "Decision", "Why", "What was considered and rejected", "Consequences"]
    assert headings(page(name)) == parts
    assert title(name)[:4] == name.rpartition("/")[2][:4]


def test_the_pages_are_found() -> None:
    assert {"README.md", "docs/data.md", "docs/deployment.md", "docs/operations.md"} <= {*PAGES}
    assert {"docs/data.md", "docs/deployment.md", "docs/operations.md"} <= {*LONG_PAGES}
    assert links(page("README.md"))
