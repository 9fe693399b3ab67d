"""An expression's text, read into a typed tree; whatever lies outside the small language is refused."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from benefits.rules import functions, nodes
from benefits.rules.nodes import Node, Reference
from benefits.rules.values import NUMERIC, ORDERED, Type

LONGEST = 1000
MOST_NODES = 200
DEEPEST = 24
_NUMBER = re.compile(r"[0-9]{1,15}(\.[0-9]{1,9})?", re.ASCII)
_TEXT = re.compile(r"""'[^'\\]*'|"[^"\\]*\"""")
_COMPARE = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}
_ARITHMETIC = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}


class Unreadable(Exception):  # noqa: N818 - a fault in a policy's text, gathered by its reader
    """The expression is not of the language; `column` counts characters from 1."""

    def __init__(self, code: str, column: int, **params: object) -> None:
        super().__init__(code, column, params)
        self.code, self.column, self.params = code, column, params


def parse(text: str, names: Mapping[str, Reference]) -> Node:
    """The typed tree of `text`, in which the known `names` may stand.

    Raises:
        Unreadable: with code, column and what is needed to say why.
    """
    if len(text) > LONGEST:
        raise Unreadable("expression_too_long", LONGEST, most=LONGEST)
    if "#" in text:  # a comment would silently cut the rest of a text that spans lines
        raise Unreadable("outside_language", text.index("#") + 1, found="#")
    source = re.sub(r"[\r\n\t]", " ", text)
    blank = len(source) - len(source.lstrip())
    try:
        tree = ast.parse(source.lstrip(), mode="eval")
    except SyntaxError as error:
        column = blank + error.offset if error.offset else len(source) + 1
        raise Unreadable("syntax", column, reason=error.msg) from None
    except (ValueError, RecursionError, MemoryError):
        raise Unreadable("syntax", 1, reason="unreadable") from None
    return _Parser(source.lstrip(), blank, names).read(tree.body, 1)


class _Parser:
    def __init__(self, source: str, blank: int, names: Mapping[str, Reference]) -> None:
        self.source, self.blank, self.names = source, blank, names
        self.count = 0
        self.readers: Mapping[type[ast.expr], Callable[[Any, int], Node]] = {
            ast.Constant: self._constant,
            ast.Name: self._name,
            ast.BoolOp: self._logic,
            ast.UnaryOp: self._unary,
            ast.BinOp: self._arithmetic,
            ast.Compare: self._compare,
            ast.IfExp: self._choice,
            ast.Call: self._call,
        }

    def read(self, tree: ast.expr, depth: int) -> Node:
        self.count += 1
        if depth > DEEPEST or self.count > MOST_NODES:
            raise self._fault("expression_too_deep", tree, deepest=DEEPEST, most=MOST_NODES)
        reader = self.readers.get(type(tree))
        if reader is None:
            raise self._fault("outside_language", tree, found=self._segment(tree))
        return reader(tree, depth)

    def _fault(self, code: str, tree: ast.expr, **params: object) -> Unreadable:
        before = self.source.encode()[: tree.col_offset].decode()
        return Unreadable(code, self.blank + len(before) + 1, **params)

    def _segment(self, tree: ast.expr) -> str:
        return ast.get_source_segment(self.source, tree) or ""

    def _need(self, tree: ast.expr, node: Node, *wanted: Type) -> Node:
        if node.type not in wanted:
            expected = " | ".join(kind.value for kind in wanted)
            raise self._fault("type_mismatch", tree, expected=expected, found=node.type.value)
        return node

    def _constant(self, tree: ast.Constant, _: int) -> Node:
        text = self._segment(tree)
        if isinstance(tree.value, bool):
            return nodes.Constant(Type.BOOL, tree.value)
        if isinstance(tree.value, str) and _TEXT.fullmatch(text):
            return nodes.Constant(Type.TEXT, tree.value)
        if isinstance(tree.value, int | float) and _NUMBER.fullmatch(text):
            if "." in text:
                return nodes.Constant(Type.NUMBER, Fraction(text))
            return nodes.Constant(Type.INTEGER, int(text))
        raise self._fault("literal_malformed", tree, found=text)

    def _name(self, tree: ast.Name, _: int) -> Node:
        # Python folds look-alike letters together; the text itself must be the name.
        known = self.names.get(tree.id) if self._segment(tree) == tree.id else None
        if known is None:
            raise self._fault("name_unknown", tree, name=self._segment(tree))
        return known

    def _logic(self, tree: ast.BoolOp, depth: int) -> Node:
        items = tuple(self._need(item, self.read(item, depth + 1), Type.BOOL) for item in tree.values)
        return nodes.Logic("and" if isinstance(tree.op, ast.And) else "or", items)

    def _unary(self, tree: ast.UnaryOp, depth: int) -> Node:
        inner = self.read(tree.operand, depth + 1)
        if isinstance(tree.op, ast.Not):
            return nodes.Not(self._need(tree.operand, inner, Type.BOOL))
        if not isinstance(tree.op, ast.USub):
            raise self._fault("outside_language", tree, found=self._segment(tree))
        self._need(tree.operand, inner, Type.NUMBER, Type.INTEGER)
        return nodes.Arithmetic(inner.type, "-", nodes.Constant(Type.INTEGER, 0), inner)

    def _arithmetic(self, tree: ast.BinOp, depth: int) -> Node:
        operator: Any = _ARITHMETIC.get(type(tree.op))
        if operator is None:
            raise self._fault("outside_language", tree, found=self._segment(tree))
        left, right = self.read(tree.left, depth + 1), self.read(tree.right, depth + 1)
        if left.type is Type.DATE and operator in "+-":
            wanted = (Type.INTEGER,) if operator == "+" else (Type.INTEGER, Type.DATE)
            self._need(tree.right, right, *wanted)
            result = Type.INTEGER if right.type is Type.DATE else Type.DATE
            return nodes.Arithmetic(result, operator, left, right)
        self._need(tree.left, left, Type.NUMBER, Type.INTEGER)
        self._need(tree.right, right, Type.NUMBER, Type.INTEGER)
        whole = operator != "/" and left.type is right.type is Type.INTEGER
        return nodes.Arithmetic(Type.INTEGER if whole else Type.NUMBER, operator, left, right)

    def _compare(self, tree: ast.Compare, depth: int) -> Node:
        first = self.read(tree.left, depth + 1)
        if isinstance(tree.ops[0], ast.In | ast.NotIn):
            return self._membership(tree, first, depth)
        rest = []
        for operation, operand in zip(tree.ops, tree.comparators, strict=True):
            operator = _COMPARE.get(type(operation))
            if operator is None:
                raise self._fault("outside_language", tree, found=self._segment(tree))
            node = self.read(operand, depth + 1)
            self._alike(operand, first, node)
            equality = operator in ("==", "!=") and node.type in (Type.TEXT, Type.BOOL)
            if node.type not in ORDERED and not equality:
                raise self._fault("not_comparable", tree, found=node.type.value)
            rest.append((operator, node))
        return nodes.Comparison(first, tuple(rest))

    def _membership(self, tree: ast.Compare, item: Node, depth: int) -> Node:
        if len(tree.ops) > 1:
            raise self._fault("outside_language", tree, found=self._segment(tree))
        written = tree.comparators[0]
        literal = isinstance(written, ast.Set | ast.List | ast.Tuple)
        members = self._set(written, depth) if literal else self.read(written, depth + 1)
        if not isinstance(members, nodes.Constant) and getattr(members, "kind", "") != "figure":
            raise self._fault("set_not_constant", written)
        self._need(tree.left, item, *_ELEMENTS.get(members.type, ()))
        return nodes.Membership(item, members, isinstance(tree.ops[0], ast.NotIn))

    def _set(self, tree: Any, depth: int) -> Node:
        items = [self.read(item, depth + 1) for item in tree.elts]
        for set_type, element_types in _ELEMENTS.items():
            if items and all(isinstance(i, nodes.Constant) and i.type in element_types for i in items):
                return nodes.Constant(set_type, frozenset(i.value for i in items if isinstance(i, nodes.Constant)))
        raise self._fault("set_not_constant", tree)

    def _alike(self, tree: ast.expr, one: Node, other: Node) -> Type:
        if one.type is other.type:
            return one.type
        if one.type in NUMERIC and other.type in NUMERIC:
            return Type.NUMBER
        raise self._fault("type_mismatch", tree, expected=one.type.value, found=other.type.value)

    def _choice(self, tree: ast.IfExp, depth: int) -> Node:
        condition = self._need(tree.test, self.read(tree.test, depth + 1), Type.BOOL)
        then, otherwise = self.read(tree.body, depth + 1), self.read(tree.orelse, depth + 1)
        return nodes.Choice(self._alike(tree.orelse, then, otherwise), ((condition, then),), otherwise)

    def _call(self, tree: ast.Call, depth: int) -> Node:
        name = tree.func.id if isinstance(tree.func, ast.Name) else ""
        known = name in functions.FUNCTIONS or name in functions.SPECIAL
        if not known or tree.keywords or self._segment(tree.func) != name:
            raise self._fault("function_unknown", tree, found=self._segment(tree.func))
        arguments = tuple(self.read(argument, depth + 1) for argument in tree.args)
        return nodes.Call(self._result(tree, name, arguments), name, arguments)

    def _result(self, tree: ast.Call, name: str, arguments: tuple[Node, ...]) -> Type:
        """The type of a call; refuses arguments that are too few, too many or of other types."""
        if name in functions.FUNCTIONS:
            function = functions.FUNCTIONS[name]
            self._arity(tree, len(function.parameters), len(function.parameters))
            for written, argument, wanted in zip(tree.args, arguments, function.parameters, strict=True):
                self._need(written, argument, *(NUMERIC if wanted is Type.NUMBER else (wanted,)))
            if name == "round" and not self._places(arguments[1]):
                raise self._fault("literal_malformed", tree.args[1], found=self._segment(tree.args[1]))
            return function.result
        least, most = _ARITY.get(name, (2, 2))
        self._arity(tree, least, most)
        first = arguments[0]
        if name in ("known", "none"):
            if name == "none" and getattr(first, "kind", "") != "fact":
                raise self._fault("not_a_fact", tree.args[0])
            return Type.BOOL
        if name in ("tier", "lookup"):
            return self._from_table(tree, name, arguments)
        if name == "any_in":
            self._need(tree.args[0], first, Type.TEXTS, Type.NUMBERS)
            self._need(tree.args[1], arguments[1], first.type)
            return Type.BOOL
        if name in ("min", "max", "texts"):
            self._need(tree.args[0], first, *((Type.TEXT,) if name == "texts" else ORDERED))
        kinds = [self._alike(written, first, node) for written, node in zip(tree.args, arguments, strict=True)]
        if name == "texts":
            return Type.TEXTS
        return Type.NUMBER if Type.NUMBER in kinds else first.type

    def _from_table(self, tree: ast.Call, name: str, arguments: tuple[Node, ...]) -> Type:
        table, key = (1, 0) if name == "tier" else (0, 1)
        self._need(tree.args[table], arguments[table], Type.TIERS if name == "tier" else Type.TABLE)
        keys = NUMERIC if name == "tier" else (Type.TEXT, Type.INTEGER)
        self._need(tree.args[key], arguments[key], *keys)
        if getattr(arguments[table], "kind", "") != "figure":
            raise self._fault("set_not_constant", tree.args[table])
        return Type.NUMBER

    def _arity(self, tree: ast.Call, least: int, most: int) -> None:
        if not least <= len(tree.args) <= most:
            raise self._fault("arguments_miscounted", tree, least=least, most=most, found=len(tree.args))

    @staticmethod
    def _places(node: Node) -> bool:
        return isinstance(node, nodes.Constant) and 0 <= node.value <= functions.MOST_PLACES


_ARITY = {"known": (1, 1), "none": (1, 1), "min": (2, 8), "max": (2, 8), "coalesce": (2, 8), "texts": (1, 8)}
_ELEMENTS = {Type.TEXTS: (Type.TEXT,), Type.NUMBERS: (Type.INTEGER, Type.NUMBER)}
