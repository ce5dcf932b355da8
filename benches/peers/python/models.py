"""The Beanie models of the documents."""

from beanie import Document, PydanticObjectId
from pydantic import BaseModel, create_model

import documents


def fields(names, kind):
    """Returns required fields of one type."""
    return {name: (kind, ...) for name in names}


def flat(numbers):
    texts, integers = ([f"field{n}" for n in numbers[kind]] for kind in ("texts", "integers"))
    return fields(texts, str) | fields(integers, int)


def embedded(name, kind):
    ids = {"unique_id": (PydanticObjectId, ...)}
    return create_model(name, __base__=BaseModel, **ids, **fields(documents.EMBEDDED_FIELDS, kind))


Texts = embedded("Texts", str)
Integers = embedded("Integers", int)

Small = create_model("Small", __base__=Document, **flat(documents.SMALL))
Large = create_model("Large", __base__=Document, **flat(documents.LARGE))
Referring = create_model(
    "Referring", __base__=Document, **flat(documents.SMALL), field_fk=(PydanticObjectId, ...)
)
Nested = create_model(
    "Nested",
    __base__=Document,
    **fields(documents.EMBEDDED_TEXTS, Texts),
    embedded_str_doc_array=(list[Texts], ...),
    **fields(documents.EMBEDDED_INTEGERS, Integers),
)
