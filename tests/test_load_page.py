"""The words of a page: how they are joined, lists, code, notes, pictures, formulas."""

import pytest
from hypothesis import given, strategies as st

from assistant.errors import LoadError
from assistant.load.html import load_page
from tests.loading import assert_valid, slices


def read(page: str) -> str:
    return load_page(page, "x.html").text


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("<p>fi<span>r</span>st <b>24</b><i>.90</i>\n euros", "first 24.90 euros"),
        ("<p>Donau<wbr>dampf&shy;schiff&#8203;fahrt", "Donaudampfschifffahrt"),
        ("<p>5&nbsp;&euro; &lt;b&gt; &amp;amp; caf&eacute; &#x1F44D;", "5 € <b> &amp; café 👍"),
        ("<p>One<br>two<br/>three", "One\ntwo\nthree"),
        ("<p>One<br><br><br>two", "One\n\ntwo"),
        ("<div>One<p>two</p>three</div>four", "One\n\ntwo\n\nthree\n\nfour"),
        ("<a href=x>One<div>two</div></a>", "One\n\ntwo"),
        ("<p>Sizes <button>S</button><button>M</button>", "Sizes S M"),
        ("<p><select><option>S</option><option>M</option></select>", "S M"),
        ("<p>H<sub>2</sub>O and CO<sub>2</sub>", "H2O and CO2"),
        ("<p>She said <q>no</q>.", "She said “no”."),
        ("<p><ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby>字", "漢(kan)字"),
        ("<p>a<!-- not shown -->b<?php echo 1 ?>c", "abc"),
        ("<details><summary>How long?</summary>Five years.</details>", "How long?\n\nFive years."),
        ("<p>a<span style='display: block'>b</span>c", "a\n\nb\n\nc"),
        ("<custom-card>One <custom-b>two</custom-b></custom-card>", "One two"),
        ("<fieldset><legend>Pay</legend><label>Card</label><input value=x></fieldset>",
         "Pay\n\nCard"),
        ("<ul><li><input type=checkbox checked> Done<li><input type=checkbox> Open</ul>",
         "- [x] Done\n- [ ] Open"),
        ("<svg><title>Chart</title><text>2023: 40</text><text>2024: 60</text></svg>",
         "2023: 40\n\n2024: 60"),
    ],
)  # fmt: skip
def test_words_are_joined_as_a_browser_joins_them(page: str, text: str) -> None:
    assert read(page) == text


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("<p>You need:<ul><li>wool<li>a <b>reed</b></ul><p>That is all.",
         "You need:\n\n- wool\n- a reed\n\nThat is all."),
        ("<ol><li>Warp<ul><li>slowly</ul><li>Weave</ol>", "1. Warp\n  - slowly\n2. Weave"),
        ("<ol start=4><li>Four<li value=9>Nine<li>Ten</ol>", "4. Four\n9. Nine\n10. Ten"),
        ("<ol type=a><li>First<li>Second</ol>", "a. First\nb. Second"),
        ("<ul><li><p>One.</p><p>More of it.</p><li>Two</ul>", "- One.\nMore of it.\n- Two"),
        ("<ul><li></li><li><a href=x>Link</a></li></ul>", "- Link"),
        ("<dl><dt>Shuttle</dt><dd>carries the weft</dd><dt>Reed:<dd>beats the cloth</dl>",
         "Shuttle: carries the weft\n\nReed: beats the cloth"),
        ("<dl><dt>Warp</dt><dt>Chain</dt><dd>the long threads<dd>Kept tight.</dl>",
         "Warp, Chain: the long threads\n\nKept tight."),
        ("<dl><dt>open()<dd><p>Opens it.</p><p>Twice.</p><dt>close()</dl>",
         "open(): Opens it.\n\nTwice.\n\nclose()"),
        ("<dl><dt>Code<dd><pre>a\nb</pre></dl>", "Code: a\nb"),
        ("<dl><dt>Part<dd><h3>Head</h3>Text</dl>", "Part\n\nHead\n\nText"),
        ("<p style='mso-list:l0'><span>·<span>&nbsp;&nbsp;</span></span>Wool<p>•&nbsp;Reed",
         "- Wool\n\n- Reed"),
        ("<dl><div><dt>Price</dt><dd>24.90</dd></div></dl>", "Price: 24.90"),
    ],
)  # fmt: skip
def test_lists_are_lines_with_markers_and_terms_stand_before_their_meaning(
    page: str, text: str
) -> None:
    assert read(page) == text


@pytest.mark.parametrize(
    "code",
    [
        "<pre><code># start\n  run()\n\n# stop</code></pre>",
        "<pre>\n# start\n  run()\n\n# stop\n</pre>",
        "<pre># start<br>  run()<br><br># stop</pre>",
        "<pre><span># start</span>\n<span>  run</span>()\r\n\r\n# stop</pre>",
        "<pre><div># start</div><div>  run()</div><div>\n</div><div># stop</div></pre>",
        "<table class=highlight><tr><td class=linenos><pre>1\n2</pre><td><pre># start\n  run()\n\n"
        "# stop</pre></table>",
    ],
)
def test_code_keeps_its_lines_and_has_no_headings(code: str) -> None:
    document = load_page(f"<h1>T</h1>{code}<p>End.", "x.html")
    assert document.text == "T\n\n# start\n  run()\n\n# stop\n\nEnd."
    assert slices(document)[0] == ["T"]


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("<p>1,250<sup>3</sup> reefs, 10<sup>6</sup> polyps, 5 m<sup>2</sup>, the 1<sup>st</sup>",
         "1,250 [3] reefs, 10^6 polyps, 5 m², the 1st"),
        # Wikipedia
        ('<p>12 km<sup class=reference><a href="#cite-3"><span>[</span>3<span>]</span></a></sup>',
         "12 km [3]"),
        # pandoc
        ('<p>1,250<a href="#fn1" class="footnote-ref" role="doc-noteref"><sup>1</sup></a> reefs',
         "1,250 [1] reefs"),
        # Sphinx
        ('<p>1,250<a class="footnote-reference brackets" href="#id2" role="doc-noteref">'
         '<span class="fn-bracket">[</span>1<span class="fn-bracket">]</span></a> reefs',
         "1,250 [1] reefs"),
        # LibreOffice
        ('<p>1,250<a class="sdfootnoteanc" href="#sdfootnote1sym"><sup>1</sup></a></p>'
         '<div id="sdfootnote1"><p><a class="sdfootnotesym" href="#sdfootnote1anc">1</a>In May.',
         "1,250 [1]\n\n[1] In May."),
        # Word
        ('<p>1,250<a href="#_ftn1" name="_ftnref1"><span><![if x]>[1]<![endif]></span></a> reefs'
         '<p><a href="#_ftnref1" name="_ftn1"><span>[1]</span></a> In May.',
         "1,250 [1] reefs\n\n[1] In May."),
        ('<p>1,250<span style="vertical-align: super">3</span> reefs', "1,250 [3] reefs"),
        ('<p>A reef<sup>1</sup><sup>2</sup>', "A reef [1] [2]"),
        ('<p>See <a href="#a">10<sup>6</sup> polyps</a>', "See 10^6 polyps"),
        ('<p><sup>1</sup>/<sub>2</sub> or 3<sup>1</sup>&frasl;<sub>2</sub>', "1/2 or 3 1⁄2"),
        ('<ol><li id=fn1>In May. <a href="#fnref1" role="doc-backlink">↩︎</a></ol>', "1. In May."),
        ('<h2>Part<a class="headerlink" href="#part">¶</a></h2>x', "Part\n\nx"),
        ('<p>E <math><mi>c</mi><msup><mi>m</mi><mn>2</mn></msup></math> end', "E cm^2 end"),
        ('<p><math alttext="{\\displaystyle E=mc^{2}}"><mi>E</mi></math> holds', "E=mc^{2} holds"),
    ],
)  # fmt: skip
def test_marks_of_notes_and_exponents_are_apart_from_numbers(page: str, text: str) -> None:
    assert read(page) == text


@pytest.mark.parametrize(
    ("image", "words"),
    [
        ('<img alt="A loom at work">', "Before [Image: A loom at work] after."),
        ('<img alt="👍">', "Before 👍 after."),
        ('<img alt="yes">', "Before yes after."),
        ('<img alt="IMG_2034.jpg">', "Before after."),
        ('<img alt="">', "Before after."),
        ("<img src=x>", "Before after."),
    ],
)
def test_a_picture_has_its_alternative_text(image: str, words: str) -> None:
    assert read(f"<p>Before {image} after.") == words


def test_a_figure_with_a_caption_has_only_its_caption() -> None:
    page = "<figure><img alt='A loom at work'><figcaption>Hilda in 2024</figcaption></figure>"
    assert read(page) == "Hilda in 2024"


def test_a_byline_below_the_title_is_boilerplate_and_dates_the_page() -> None:
    document = load_page("<h1>T</h1><p>By X, 9 May 2024</p><p>Text.", "x.html")
    assert slices(document)[1] == ["By X, 9 May 2024"]
    assert str(document.published) == "2024-05-09"


def test_controls_in_a_heading_are_not_words_of_it() -> None:
    document = load_page("<h2>Part <button>Copy</button></h2><p>x", "x.html")
    assert [heading.text for heading in document.headings] == ["Part"]


ELEMENTS = (
    "p div span b sup sub a ul ol li dl dt dd pre code table tr td th thead caption h1 h3 nav br "
    "img math details q rt section s template dialog main svg text button select option"
).split()
ATTRIBUTES = (
    "", " href='#x'", " class='menu cookie'", " hidden", " style='display:none'", " alt='a b'",
    " colspan=3", " rowspan=0", " rowspan=2", " aria-hidden=true", " role=doc-noteref",
    " role=presentation", " start=9", " type=a",
)  # fmt: skip
pages = st.recursive(
    st.sampled_from(["Words. ", "3", " ", "\u00ad", "\n# x\n", "&#1;", "&nbsp;", "新", "<br>"]),
    lambda inner: st.builds(
        lambda tag, attributes, parts, closes: (
            f"<{tag}{attributes}>{''.join(parts)}{f'</{tag}>' * closes}"
        ),
        st.sampled_from(ELEMENTS),
        st.sampled_from(ATTRIBUTES),
        st.lists(inner, min_size=1, max_size=4),
        st.sampled_from([1, 1, 1, 0]),
    ),
    max_leaves=40,
)


@given(pages)
def test_any_page_is_a_valid_document_or_refused(page: str) -> None:
    try:
        document = load_page(page, "x.html")
    except LoadError:
        return
    assert_valid(document)
