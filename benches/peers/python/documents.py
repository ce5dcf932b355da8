"""The documents of the benchmark: the fields, values and sizes of `odm/benches/odm/documents.rs`."""

from bson import ObjectId

SMALL = {"texts": range(1, 8), "integers": range(8, 14)}
LARGE = {"texts": range(1, 126), "integers": range(126, 251)}
EMBEDDED_TEXTS = [f"embedded_str_doc_{n}" for n in range(1, 6)]
EMBEDDED_INTEGERS = [f"embedded_int_doc_{n}" for n in range(8, 15)]
EMBEDDED_FIELDS = [f"field{n}" for n in range(1, 16)]


def small(number):
    """Returns the small document with this number: 13 fields."""
    return flat(SMALL, number)


def large(number):
    """Returns the large document with this number: 250 fields."""
    return flat(LARGE, number)


def referring(number):
    """Returns the small document with this number and a reference."""
    return small(number) | {"field_fk": ObjectId()}


def nested(number):
    """Returns the document of embedded documents: seven with 15 texts, two of them in an array, and seven with 15 integers."""
    document = {name: texts(number) for name in EMBEDDED_TEXTS}
    document["embedded_str_doc_array"] = [texts(number), texts(number)]
    return document | {name: integers(number) for name in EMBEDDED_INTEGERS}


def flat(fields, number):
    names = {kind: [f"field{n}" for n in numbers] for kind, numbers in fields.items()}
    document = {name: text(name, number, 8) for name in names["texts"]}
    return document | {name: integer(name, number) for name in names["integers"]}


def texts(number):
    return {"unique_id": ObjectId()} | {name: text(name, number, 45) for name in EMBEDDED_FIELDS}


def integers(number):
    return {"unique_id": ObjectId()} | {name: integer(name, number) for name in EMBEDDED_FIELDS}


def text(field, number, length):
    """Returns a text of this length, which depends on the field and the number."""
    state, letters = integer(field, number), []
    for _ in range(length):
        state = (state * 1_103_515_245 + 12_345) % 2**32
        letters.append("0123456789abcdefghijklmnopqrstuvwxyz"[(state >> 16) % 36])
    return "".join(letters)


def integer(field, number):
    """Returns an integer of up to three digits, which depends on the field and the number."""
    for byte in field.encode():
        number = (number * 31 + byte) % 2**32
    return number % 1_000
