"""XML as a stream, opened without trust: no declarations, no more of it in memory than a piece."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from xml.parsers import expat

from benefits.intake.archive import FaultFoundError

Attributes = dict[str, str]


class LocalNames(dict[str, str]):
    """Names without their prefix, each worked out once."""

    def __missing__(self, name: str) -> str:
        self[name] = name.rpartition(":")[2]
        return self[name]


def strict_parser(encoding: str | None = None) -> expat.XMLParserType:
    """A parser that meets no declaration: neither entities that grow nor files of ours; `encoding`: the known one."""
    parser = expat.ParserCreate(encoding)
    parser.buffer_text = True

    def refuse(*_: object) -> None:
        raise FaultFoundError("declaration_in_xml")

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    return parser


def parsed(parser: expat.XMLParserType, pieces: Iterable[bytes], *, fault: str = "not_a_workbook") -> Iterator[None]:
    """Feed the parser piece by piece, giving way after each; what is no XML is refused with `fault`."""
    try:
        for piece in pieces:
            parser.Parse(piece)
            yield
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise FaultFoundError(fault) from error
    yield
