"""Names of people who do not exist, with letters from many languages."""

import unicodedata
from collections.abc import Iterator
from random import Random

GIVEN_NAMES = (
    "Mira",
    "Zoë",
    "Łukasz",
    "José",
    "Søren",
    "Anaïs",
    "Jürgen",
    "Žofia",
    "Nguyễn",
    "Aylin",
    "Björn",
    "Chloé",
    "Dániel",
    "Eirik",
    "Fatima",
    "Gökhan",
    "Hélène",
    "Ingrid",
    "João",
    "Katarína",
    "Linnéa",
    "Marek",
    "Noor",
    "Ottó",
    "Priya",
    "Rafał",
    "Sinéad",
    "Tomáš",
    "Ulrike",
    "Yasmin",
)
_FAMILY_NAMES = (
    "Kovač",
    "Müller",
    "Nowak",
    "Østergård",
    "Santos",
    "Šimek",
    "Åkesson",
    "Brandão",
    "Çelik",
    "Dvořák",
    "Eriksson",
    "Fernández",
    "Grönholm",
    "Hansen",
    "Ivanova",
    "Jankowski",
    "Kim",
    "Lefèvre",
    "Moreau",
    "Nakamura",
    "Petrov",
    "Quist",
    "Rossi",
    "Sørensen",
    "Tanaka",
    "Ünal",
    "Vågen",
    "Weiß",
    "Zieliński",
)
# Letters that Unicode does not take apart into a base letter and a mark.
_PLAIN = str.maketrans({"ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "ß": "ss"})


def shuffled_names(rng: Random) -> Iterator[tuple[str, str]]:
    """All pairs of given name and family name, each once."""
    pairs = [(given, family) for given in GIVEN_NAMES for family in _FAMILY_NAMES]
    rng.shuffle(pairs)
    return iter(pairs)


def mailbox(given: str, family: str) -> str:
    """What stands before the @ for a person: ASCII, lower case."""
    letters = unicodedata.normalize("NFKD", f"{given}.{family}".translate(_PLAIN))
    return letters.encode("ascii", "ignore").decode().lower()
