"""The list of documents: searched and sorted by its address, a page at a time."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from assistant.api.contents import DocumentLineBody, render_line
from assistant.index.catalog import Catalog
from assistant.index.listing import Listing, Sort

MOST_LINES = 100  # of a page
MOST_SKIPPED = 200  # files that were not read
LONGEST_QUERY = 200  # characters
SORTS: tuple[Sort, ...] = ("title", "date", "format", "pages", "passages", "notices")
NO_SORT: Sort = ""  # in the order of the index
_FROM_HIGHEST = frozenset({"date", "pages", "passages", "notices"})  # at the first click


@dataclass(frozen=True, slots=True)
class ListPage:
    """A page of the list of documents; `first` and `last` count from 1 among its `count`."""

    listing: Listing
    lines: list[DocumentLineBody]
    number: int
    first: int
    count: int

    @property
    def last(self) -> int:
        return self.first + len(self.lines) - 1

    def link(self, number: int) -> str:
        """The address of another page of the list."""
        return _link(self.listing, page=number if number > 1 else None)

    def link_sorted(self, sort: Sort) -> str:
        """The address of the list sorted by a column, in the other direction if it is already."""
        is_other = sort != self.listing.sort
        descending = sort in _FROM_HIGHEST if is_other else not self.listing.descending
        return _link(Listing(self.listing.query, sort, descending))

    def describe_sort(self, sort: Sort) -> str:
        """The value of a column's `aria-sort`."""
        if sort != self.listing.sort:
            return "none"
        return "descending" if self.listing.descending else "ascending"


def read_list(catalog: Catalog, query: Mapping[str, str]) -> ListPage:
    """The page of the list that an address asks for; the last one for too high a number."""
    sort = next((name for name in SORTS if name == query.get("sort")), NO_SORT)
    listing = Listing(
        query.get("q", "")[:LONGEST_QUERY].strip(), sort, query.get("order") == "desc"
    )
    number = read_number(query, "page") or 1
    first = (number - 1) * MOST_LINES
    lines, count = catalog.find_documents(listing, first=first, most=MOST_LINES)
    if not lines and number > 1:
        number = max(-(-count // MOST_LINES), 1)
        first = (number - 1) * MOST_LINES
        lines, count = catalog.find_documents(listing, first=first, most=MOST_LINES)
    return ListPage(listing, [render_line(line) for line in lines], number, first + 1, count)


def read_number(query: Mapping[str, str], name: str) -> int | None:
    """A whole number of an address; None for anything else."""
    given = query.get(name, "")
    return int(given) if given.isdecimal() and len(given) < 10 else None


def _link(listing: Listing, *, page: int | None = None) -> str:
    values = {
        "q": listing.query,
        "sort": listing.sort,
        "order": "desc" if listing.descending else "",
        "page": str(page or ""),
    }
    given = urlencode({name: value for name, value in values.items() if value})
    return f"/documents{'?' if given else ''}{given}"
