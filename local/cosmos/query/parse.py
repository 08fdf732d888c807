"""The text of a query to a syntax tree, whose leaves are Python values."""

import functools
import json
import re
from typing import Any, Literal

from lark import Lark, Token, Transformer, Tree, UnexpectedCharacters, UnexpectedToken

from local.cosmos.query.errors import QueryError
from local.cosmos.query.values import UNDEFINED


def parse(text: str, start: Literal["query", "condition"]) -> Tree[Any]:
    """The tree of `text` by the rules in grammar.lark, QueryError where it does not follow them."""
    try:
        return _parser().parse(text, start=start)
    except UnexpectedCharacters as error:
        raise QueryError(f"Syntax error, incorrect syntax near '{error.char}'.") from error
    except UnexpectedToken as error:
        if error.token.type == "$END":
            raise QueryError("Syntax error, the query ends too early.") from error
        raise QueryError(f"Syntax error, incorrect syntax near '{error.token}'.") from error


@functools.cache
def _parser() -> Lark:
    # The basic lexer, unlike the contextual one, reserves keywords everywhere.
    return Lark.open(
        "grammar.lark",
        rel_to=__file__,
        parser="lalr",
        lexer="basic",
        start=["query", "condition"],
        transformer=_Leaves(),
    )


class _Leaves(Transformer[Token, Any]):
    """What the tokens stand for."""

    NAME = PARAMETER = EQUALITY = RELATION = SIGN = CONCATENATION = ASTERISK = PRODUCT = str

    def ASC(self, token: Token) -> bool:
        return False

    def DESC(self, token: Token) -> bool:
        return True

    def CONSTANT(self, token: Token) -> Any:
        return _CONSTANTS[token]

    def NUMBER(self, token: Token) -> int | float:
        return int(token) if token.isdigit() else float(token)

    def STRING(self, token: Token) -> str:
        # JSON's escapes, in either sort of quotes.
        body = re.sub(r"""\\.|\"""", lambda found: _IN_JSON.get(found[0], found[0]), token[1:-1])
        text: str = json.loads(f'"{body}"', strict=False)
        return text


_CONSTANTS = {"true": True, "false": False, "null": None, "undefined": UNDEFINED}
_IN_JSON = {"\\'": "'", '"': '\\"'}
