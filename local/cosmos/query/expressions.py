"""Scalar expressions: a tree to a closure that computes the value for a row."""

from collections.abc import Callable, Iterator
from itertools import islice
from operator import itemgetter
from typing import Any, NamedTuple

from lark import Tree

from local.cosmos.query.aggregates import AGGREGATES
from local.cosmos.query.errors import QueryError
from local.cosmos.query.functions import bind
from local.cosmos.query.like import like
from local.cosmos.query.names import Expression, Frame, Names, index_path
from local.cosmos.query.operators import OPERATORS, every, some
from local.cosmos.query.values import UNDEFINED, equal


class Subquery(NamedTuple):
    """The values that a subquery selects, for a row of the query around it; and their index path, None where
    they are computed."""

    values: Callable[[Frame], Iterator[Any]]
    path: str | None


type SubqueryCompiler = Callable[[Tree[Any], Names, set[str]], Subquery]


class Expressions:
    """Compiles expressions over `names`; the index paths of the properties they use are added to `paths`.

    Beside `compile` and `visit` a method a rule of the grammar, named like it.
    """

    def __init__(self, names: Names, paths: set[str], subqueries: SubqueryCompiler) -> None:
        self.names = names
        self.paths = paths
        self.subqueries = subqueries

    def compile(self, tree: Tree[Any]) -> Expression:
        """The closure of an expression, QueryError where it makes no sense."""
        if path := index_path(tree, self.names):
            self.paths.add(path)
        return self.visit(tree)

    def visit(self, tree: Tree[Any]) -> Expression:
        """`compile` for the beginning of a longer path, which is not used on its own."""
        method: Callable[..., Expression] = getattr(self, tree.data)
        return method(*tree.children)

    def name(self, name: str) -> Expression:
        return itemgetter(self.names[name].place)

    def member(self, target: Tree[Any], name: str) -> Expression:
        value_of = self.visit(target)

        def member(frame: Frame) -> Any:
            value = value_of(frame)
            return value.get(name, UNDEFINED) if type(value) is dict else UNDEFINED

        return member

    def element(self, target: Tree[Any], key: Tree[Any]) -> Expression:
        # A literal key continues the path of the target, any other ends it.
        value_of = self.visit(target) if key.data == "literal" else self.compile(target)
        key_of = self.compile(key)
        return lambda frame: _element(value_of(frame), key_of(frame))

    def parameter(self, name: str) -> Expression:
        return lambda frame: frame[0][name]

    def literal(self, value: Any) -> Expression:
        return lambda _: value

    def array_literal(self, *elements: Tree[Any]) -> Expression:
        values = [self.compile(element) for element in elements]
        return lambda frame: [value for of in values if (value := of(frame)) is not UNDEFINED]

    def object_literal(self, *pairs: Tree[Any]) -> Expression:
        values = {name: self.compile(value) for name, value in (pair.children for pair in pairs)}
        return lambda frame: {name: value for name, of in values.items() if (value := of(frame)) is not UNDEFINED}

    def call(self, name: str, *arguments: Tree[Any]) -> Expression:
        if name.upper() in AGGREGATES:
            raise QueryError(f"The aggregate {name} can be used in the SELECT clause only, and not inside another.")
        return bind(name, [self.compile(argument) for argument in arguments])

    def user_defined(self, name: str, *arguments: Tree[Any]) -> Expression:
        return bind(f"udf.{name}", [])

    def subquery(self, query: Tree[Any]) -> Expression:
        values_of = self.subqueries(query, self.names, self.paths).values

        def single(frame: Frame) -> Any:
            values = list(islice(values_of(frame), 2))
            if len(values) > 1:
                raise QueryError("A subquery that stands for a value gave more than one.")
            return values[0] if values else UNDEFINED

        return single

    def exists(self, query: Tree[Any]) -> Expression:
        values_of = self.subqueries(query, self.names, self.paths).values
        return lambda frame: next(values_of(frame), UNDEFINED) is not UNDEFINED

    def array_of(self, query: Tree[Any]) -> Expression:
        values_of = self.subqueries(query, self.names, self.paths).values
        return lambda frame: list(values_of(frame))

    def sign(self, sign: str, operand: Tree[Any]) -> Expression:
        return self.binary(Tree("literal", [0]), sign, operand)

    def binary(self, left: Tree[Any], symbol: str, right: Tree[Any]) -> Expression:
        operator = OPERATORS[symbol]
        left_of, right_of = self.compile(left), self.compile(right)
        return lambda frame: operator(left_of(frame), right_of(frame))

    def conditional(self, condition: Tree[Any], then: Tree[Any], otherwise: Tree[Any]) -> Expression:
        test, then_of, otherwise_of = self.compile(condition), self.compile(then), self.compile(otherwise)
        return lambda frame: then_of(frame) if test(frame) is True else otherwise_of(frame)

    def coalesce(self, *alternatives: Tree[Any]) -> Expression:
        values = [self.compile(alternative) for alternative in alternatives]
        return lambda frame: next((value for of in values if (value := of(frame)) is not UNDEFINED), UNDEFINED)

    def disjunction(self, *operands: Tree[Any]) -> Expression:
        tests = [self.compile(operand) for operand in operands]
        return lambda frame: some(test(frame) for test in tests)

    def conjunction(self, *operands: Tree[Any]) -> Expression:
        tests = [self.compile(operand) for operand in operands]
        return lambda frame: every(test(frame) for test in tests)

    def membership(self, operand: Tree[Any], negated: str | None, *elements: Tree[Any]) -> Expression:
        value_of, elements_of = self.compile(operand), [self.compile(element) for element in elements]

        def within(frame: Frame) -> Any:
            value = value_of(frame)
            return some(equal(value, of(frame)) for of in elements_of)

        return _negated(within) if negated else within

    def between(self, operand: Tree[Any], negated: str | None, low: Tree[Any], high: Tree[Any]) -> Expression:
        within = self.conjunction(Tree("binary", [operand, ">=", low]), Tree("binary", [operand, "<=", high]))
        return _negated(within) if negated else within

    def like(self, operand: Tree[Any], negated: str | None, pattern: Tree[Any], escape: str | None) -> Expression:
        text_of, pattern_of = self.compile(operand), self.compile(pattern)

        def matches(frame: Frame) -> Any:
            text, pattern = text_of(frame), pattern_of(frame)
            if not isinstance(text, str) or not isinstance(pattern, str):
                return UNDEFINED
            return like(pattern, escape).fullmatch(text) is not None

        return _negated(matches) if negated else matches

    def negation(self, operand: Tree[Any]) -> Expression:
        return _negated(self.compile(operand))


def _negated(test: Expression) -> Expression:
    def negated(frame: Frame) -> Any:
        value = test(frame)
        return not value if type(value) is bool else UNDEFINED

    return negated


def _element(value: Any, key: Any) -> Any:
    if type(value) is dict and type(key) is str:
        return value.get(key, UNDEFINED)
    if type(value) is list and type(key) is int and 0 <= key < len(value):
        return value[key]
    return UNDEFINED
