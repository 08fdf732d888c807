"""What is new and what is gone in a metadata document is found."""

from pathlib import Path

import pytest

from local.graphproperties import differences, known_enumerations, known_lines, main, read
from tests.markdown import page

PAGE = """
## Properties

| resource | property | in the row | or why not |
|---|---|---|---|
| callRecord | id | `callId` | |
| callRecord | sessions | `endpoints` | |
| session | caller | `endpoints`, where it is told | |
| endpoint | name |  | of no use |
| graph.identity | id | `participants[].id` | |

## Enumerations

| enumeration | members |
|---|---|
| stage | unknown, midcall |

## Another section

| a | b | c | d |
|---|---|---|---|
| not | of | this | table |
"""
KNOWN = {
    "": """
        <EntityType Name="entity"><Property Name="id" Type="Edm.String"/></EntityType>
        <ComplexType Name="identity"><Property Name="id" Type="Edm.String"/></ComplexType>
        <ComplexType Name="message"><Property Name="subject" Type="Edm.String"/></ComplexType>
        """,
    ".callRecords": """
        <EntityType Name="callRecord" BaseType="graph.entity">
          <NavigationProperty Name="sessions" Type="Collection(microsoft.graph.callRecords.session)"/>
        </EntityType>
        <ComplexType Name="session">
          <Property Name="caller" Type="microsoft.graph.callRecords.endpoint"/>
        </ComplexType>
        <ComplexType Name="endpoint"><Property Name="name" Type="Edm.String"/></ComplexType>
        <ComplexType Name="logRow"><Property Name="charge" Type="Edm.Decimal"/></ComplexType>
        <EnumType Name="stage"><Member Name="unknown" Value="0"/><Member Name="midcall" Value="1"/></EnumType>
        <Function Name="getLogRows"><Parameter Name="of" Type="Edm.String"/></Function>
        """,
}
PLACE = """
    <Property Name="place" Type="microsoft.graph.callRecords.place"/></ComplexType>
    <ComplexType Name="place"><Property Name="floor" Type="Edm.Int32"/>
    """


def written(folder: Path, schemas: dict[str, str]) -> Path:
    """A metadata document with these schemas, by what follows microsoft.graph in their namespaces."""
    path = folder / "metadata.csdl"
    edm = 'xmlns="http://docs.oasis-open.org/odata/ns/edm"'
    parts = [
        f'<Schema Namespace="microsoft.graph{name}"{"" if name else ' Alias="graph"'} {edm}>{content}</Schema>'
        for name, content in schemas.items()
    ]
    path.write_text(f'<Edmx xmlns="http://docs.oasis-open.org/odata/ns/edmx">{"".join(parts)}</Edmx>')
    return path


def found(folder: Path, old: str = "", new: str = "") -> list[str]:
    """The differences where `new` stands in place of `old` in the schemas."""
    assert any(old in content for content in KNOWN.values())
    schemas = {name: content.replace(old, new) if old else content for name, content in KNOWN.items()}
    return [*differences(read(written(folder, schemas)), PAGE)]


def test_nothing_is_new_where_all_is_known(tmp_path: Path) -> None:
    assert found(tmp_path) == []


@pytest.mark.parametrize(
    ("old", "new", "difference"),
    [
        ('"name"', '"title"', ["new: endpoint.title", "gone: endpoint.name"]),
        ('Name="midcall"', 'Name="late"', ["new: stage.late", "gone: stage.midcall"]),
        ("</EnumType>", '<Member Name="more"/></EnumType>', ["new: stage.more"]),
        (
            '<ComplexType Name="identity">',
            '<ComplexType Name="identity"><Property Name="email" Type="Edm.String"/>',
            ["new: graph.identity.email"],
        ),
        (
            '<Property Name="name" Type="Edm.String"/>',
            PLACE,
            ["new: endpoint.place", "gone: endpoint.name", "new: place.floor"],
        ),
        (
            '<ComplexType Name="logRow">',
            '<ComplexType Name="phone" BaseType="microsoft.graph.callRecords.endpoint">',
            ["new: phone.charge"],
        ),
        ("logRow", "otherLogRow", []),
        ("subject", "title", []),
        ('Type="Edm.Decimal"', 'Type="graph.message"', []),
    ],
)
def test_what_is_new_and_what_is_gone_is_named(tmp_path: Path, old: str, new: str, difference: list[str]) -> None:
    assert found(tmp_path, old, new) == difference


def test_the_table_of_the_page_is_read() -> None:
    caller, name = known_lines(PAGE)[2:4]
    assert caller == ("session", "caller", "endpoints", "where it is told", "")
    assert name == ("endpoint", "name", "", "", "of no use")
    assert known_enumerations(PAGE) == {"stage": {"unknown", "midcall"}}


def test_the_enumerations_of_the_projects_own_page_are_read() -> None:
    known = known_enumerations(page("docs/graph-properties.md"))
    assert {"unknown", "callSetup", "midcall", "unknownFutureValue"} == known["failureStage"]


def test_the_script_prints_the_differences_and_ends_with_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(written(tmp_path, KNOWN))]) == 1
    assert "gone: callRecord.version\n" in capsys.readouterr().out


@pytest.mark.parametrize("content", ["", "<Edmx/>"])
def test_a_file_that_is_no_metadata_document_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str
) -> None:
    path = tmp_path / "metadata.csdl"
    path.write_text(content)
    with pytest.raises(SystemExit):
        main([str(path)])
    assert f"error: {path} " in capsys.readouterr().err
