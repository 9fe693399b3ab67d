"""An XML message read as a stream: one record's tree at a time, and beside it what stands once for all records."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from benefits.intake.archive import FaultFoundError, refuse_above
from benefits.intake.xml_stream import Attributes, LocalNames, parsed, strict_parser

_STEP = 1 << 16
_DEEPEST = 40
_CHINESE = re.compile(rb"""<\?xml[^>]{0,80}encoding=["'](?:gbk|gb2312|gb18030)["']""", re.IGNORECASE)


@dataclass(slots=True)
class Element:
    """One element: its name without prefix, its own text, its attributes and what it holds."""

    name: str
    attributes: Attributes
    text: str = ""
    children: list[Element] = field(default_factory=list)

    def each(self, path: str) -> Iterator[Element]:
        """The elements at `a/b/c` below this one, in order."""
        step, _, rest = path.partition("/")
        for child in self.children:
            if child.name == step:
                yield from child.each(rest) if rest else (child,)

    def first(self, *paths: str) -> str:
        """The text of the first of these paths that has one; empty where none has."""
        return next((found.text for path in paths for found in self.each(path) if found.text), "")


Once = dict[str, str]  # path -> the text that stands there, outside the records, before the one at hand


@dataclass(frozen=True)
class Message:
    """A kind of message: its schema's name without the version, where its records are, and what one of them says.

    `read` gives rows of cells for a record, with what stands outside; `whole` the row of a message without records.
    """

    schema: str
    record: str
    read: Callable[[Element, Once], Iterator[tuple[str, ...]]]
    whole: Callable[[Once], Iterator[tuple[str, ...]]] | None = None


class MessageReader:
    """Builds the records of a message of one of these kinds; whatever stands outside them is kept by its path."""

    def __init__(self, kinds: dict[str, Message], limits: dict[str, Any], *, encoding: str | None) -> None:
        self._kinds, self._most = kinds, limits["cell"]
        self._names, self._path = LocalNames(), [""]
        self._open: list[Element] = []
        self._text = ""
        self.kind: Message | None = None
        self.once: Once = {}
        self.found: list[Element] = []
        self.parser = strict_parser(encoding)
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters

    def _start(self, tag: str, attributes: Attributes) -> None:
        if self.kind is None:
            self.kind = self._kind_of(attributes)
        name = self._names[tag]
        refuse_above(len(self._path), _DEEPEST, "not_a_message")
        self._path.append(f"{self._path[-1]}/{name}")
        self._text = ""
        if self._open or self._path[-1] == self.kind.record:
            element = Element(name, attributes)
            if self._open:
                self._open[-1].children.append(element)
            self._open.append(element)
        else:
            inside = f"{self._path[-1]}/"
            for path in [path for path in self.once if path.startswith(inside)]:
                del self.once[path]  # another of the same name begins

    def _kind_of(self, attributes: Attributes) -> Message:
        spaces = [value for name, value in attributes.items() if name.partition(":")[0] == "xmlns"]
        for space in spaces:
            schema = ".".join(space.rpartition(":")[2].split(".")[:2])
            if schema in self._kinds:
                return self._kinds[schema]
        raise FaultFoundError("not_a_message")

    def _characters(self, text: str) -> None:
        self._text += text
        refuse_above(len(self._text), self._most, "cell_too_long")

    def _end(self, _tag: str) -> None:
        path, text = self._path.pop(), self._text.strip()
        self._text = ""
        if not self._open:
            if text:
                self.once[path] = text
            return
        element = self._open.pop()
        element.text = text
        if not self._open:
            self.found.append(element)


def read_message(content: bytes, kinds: dict[str, Message], limits: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    """The rows of a message's records in order.

    Raises:
        FaultFoundError: `not_a_message`, `declaration_in_xml`, `cell_too_long`, `encoding_unreadable`.
    """
    encoding = None
    if _CHINESE.match(content):  # expat knows no Chinese encoding
        try:
            content, encoding = content.decode("gb18030").encode(), "UTF-8"
        except UnicodeDecodeError as error:
            raise FaultFoundError("encoding_unreadable") from error
    reader, empty = MessageReader(kinds, limits, encoding=encoding), True
    pieces = (content[at : at + _STEP] for at in range(0, len(content), _STEP))
    for _ in parsed(reader.parser, pieces, fault="not_a_message"):
        while reader.found:
            if reader.kind is not None:
                empty = False
                yield from reader.kind.read(reader.found.pop(0), reader.once)
    if reader.kind is not None and reader.kind.whole is not None and empty:
        yield from reader.kind.whole(reader.once)
