"""bytes ⇄ lines of cells: CSV as spreadsheets and other programs write it, and safe to be opened in one."""

import csv
import re
from collections.abc import Collection, Iterable, Sequence

from aggregator.errors import RosterError
from aggregator.model.value import value

MOST_BYTES = 50_000_000
_SIGNS = ",;\t"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
# Excel's own first line, which says what stands between the cells.
_SEPARATOR = re.compile(rf"\"?sep=([{_SIGNS}])\"?[{_SIGNS}]*\s*", re.IGNORECASE)
# What a spreadsheet may take for a formula (CWE-1236), wide forms and our own mark included: at the start of a cell,
# and behind what parts cells where a comma does not, for a file is opened in other countries, too.
_RISKY = "[=+\\-@\t\r\n＝＋－＠']"
_START = "(^|[;\t\r\n])"
_FORMULA, _MARKED = re.compile(rf"{_START}(?={_RISKY})"), re.compile(rf"{_START}'(?={_RISKY})")


@value(frozen=True, slots=True)
class _Sheet:
    """Where the writer of the standard library writes to."""

    lines: list[str]

    def write(self, line: str) -> None:
        self.lines.append(line)


def write_lines(rows: Iterable[Sequence[str]]) -> bytes:
    """Write lines of cells between commas, in UTF-8; a mark (an apostrophe) stands before what may be a formula."""
    lines: list[str] = []
    writer = csv.writer(_Sheet(lines), lineterminator="\r\n")  # RFC 4180
    writer.writerows([_FORMULA.sub(r"\1'", cell) for cell in row] for row in rows)
    return "".join(lines).encode()


def read_lines(data: bytes, *, known: Collection[str], name: str) -> list[tuple[int, list[str]]]:
    """Part a file into lines with their numbers, without those that say nothing; marks stay (see ``unmarked``).

    UTF-8 or, with its mark, UTF-16. Cells stand between commas, semicolons or tabs: the first that makes one of the
    ``known`` names a cell of the first line. Raises RosterError for what is no such text.
    """
    text = _text(data, name)
    if "\n" not in text:
        text = text.replace("\r", "\n")
    lines = text.split("\n")
    said = _SEPARATOR.fullmatch(lines[0])
    skipped = 1 if said else 0
    sign = said[1] if said else next((sign for sign in _SIGNS if _names(lines[0], sign, known)), ",")
    reader = csv.reader((f"{line}\n" for line in lines[skipped:]), delimiter=sign, strict=True)
    try:
        return [(reader.line_num + skipped, cells) for cells in reader if any(map(str.strip, cells))]
    except csv.Error as error:
        raise RosterError((f"{name}:{reader.line_num + skipped}: cannot be read: {error}",)) from None


def unmarked(cell: str) -> str:
    """Give what a cell says: without our marks, or the blanks around it."""
    plain = _MARKED.sub(r"\1", cell)
    return plain if cell.startswith("'") and _MARKED.match(cell) else plain.strip()


def _names(line: str, sign: str, known: Collection[str]) -> bool:
    """Whether one of the ``known`` names is a cell of a line that is cut at a sign."""
    try:
        return any(cell.strip().lower() in known for cell in next(csv.reader([line], delimiter=sign), []))
    except csv.Error:
        return False


def _text(data: bytes, name: str) -> str:
    if len(data) > MOST_BYTES:
        raise RosterError((f"{name}: larger than {MOST_BYTES // 1_000_000} MB; split it",))
    try:
        return data.decode("utf-16" if data.startswith(_UTF16) else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise RosterError((f"{name}:{line}: is not UTF-8 text; save the file as CSV in UTF-8",)) from None
