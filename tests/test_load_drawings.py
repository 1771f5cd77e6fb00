from assistant.load.docx import load_docx
from assistant.load.drawings import read_drawing
from assistant.load.grids import Grid, Paragraph, read_cell
from assistant.load.package import parse_xml
from tests.office import docx_parts, make_zip

_SCHEMAS = "http://schemas.openxmlformats.org"
NAMESPACES = (
    f'xmlns:c="{_SCHEMAS}/drawingml/2006/chart" xmlns:a="{_SCHEMAS}/drawingml/2006/main" '
    f'xmlns:dgm="{_SCHEMAS}/drawingml/2006/diagram"'
)


def points(name: str, *values: str) -> str:
    inner = "".join(f'<c:pt idx="{n}"><c:v>{v}</c:v></c:pt>' for n, v in enumerate(values))
    return f"<c:{name}><c:strRef><c:strCache>{inner}</c:strCache></c:strRef></c:{name}>"


CHART = (
    f"<c:chartSpace {NAMESPACES}><c:chart><c:title><c:tx><c:rich><a:p><a:r><a:t>Arri</a:t></a:r>"
    "<a:r><a:t>vals</a:t></a:r></a:p></c:rich></c:tx></c:title><c:plotArea><c:layout/><c:barChart>"
    f"<c:ser>{points('tx', 'Ships')}{points('cat', 'Q1', 'Q2')}{points('val', '10', '12')}</c:ser>"
    f"<c:ser>{points('tx', 'Boats')}{points('cat', 'Q1', 'Q2')}{points('val', '3')}</c:ser>"
    "</c:barChart></c:plotArea></c:chart></c:chartSpace>"
)
DIAGRAM = (
    f"<dgm:dataModel {NAMESPACES}><dgm:ptLst>"
    "<dgm:pt><dgm:t><a:p><a:r><a:t>Load</a:t></a:r></a:p></dgm:t></dgm:pt>"
    '<dgm:pt type="pres"><dgm:t><a:p><a:r><a:t>NO</a:t></a:r></a:p></dgm:t></dgm:pt>'
    "<dgm:pt><dgm:t><a:p><a:r><a:t>Sail</a:t></a:r></a:p></dgm:t></dgm:pt>"
    "</dgm:ptLst></dgm:dataModel>"
)


def test_a_chart_is_its_title_and_a_table_of_its_numbers() -> None:
    title, grid = read_drawing(parse_xml(CHART.encode()))
    assert title == Paragraph("Arrivals")
    assert isinstance(grid, Grid)
    assert [[read_cell(cell) for cell in row] for row in grid.rows] == [
        ["", "Ships", "Boats"], ["Q1", "10", "3"], ["Q2", "12", ""],
    ]  # fmt: skip
    assert grid.headers == 1


def test_a_diagram_is_the_texts_of_its_nodes() -> None:
    blocks = [*read_drawing(parse_xml(DIAGRAM.encode()))]
    assert blocks == [Paragraph("Load"), Paragraph("Sail")]


def test_other_parts_show_nothing_and_places_of_points_are_limited() -> None:
    assert [*read_drawing(parse_xml(b"<x/>"))] == []
    far = CHART.replace('idx="1"', f'idx="{10**20}"').replace('idx="0"', 'idx="x"')
    _, grid = read_drawing(parse_xml(far.encode()))
    assert isinstance(grid, Grid)
    assert len(grid.rows) == 1


def test_the_chart_of_a_paragraph_follows_it() -> None:
    body = (
        "<w:p><w:r><w:t>See below.</w:t></w:r><w:r><w:drawing>"
        f'<c:chart {NAMESPACES} r:id="r9"/><dgm:relIds {NAMESPACES} r:dm="none"/>'
        "</w:drawing></w:r></w:p>"
    )
    parts = docx_parts(body)
    relation = f'<Relationship Id="r9" Type="{_SCHEMAS}/chart" Target="charts/c.xml"/></Rel'
    parts["word/_rels/document.xml.rels"] = str(parts["word/_rels/document.xml.rels"]).replace(
        "</Rel", relation
    )
    parts["word/charts/c.xml"] = CHART
    assert load_docx(make_zip(parts), "x.docx").text.split("\n\n") == [
        "See below.", "Arrivals", "Q1; Ships: 10; Boats: 3", "Q2; Ships: 12",
    ]  # fmt: skip
