"""The ten tasks of the "MongoDB ODM Performance Benchmark" through Beanie and through pymongo's async client.

`cargo xtask peers --python` runs it: `main.py URI DATABASE DOCUMENTS CALLS`. The tasks, documents and sizes are those
of `odm/benches/odm`. Prints a line for each task: its name, the bytes of a document, and the microseconds of a call
through Beanie and through pymongo.
"""

import asyncio
import sys

from beanie import init_beanie
from pymongo import AsyncMongoClient

import documents
from models import Large, Nested, Referring, Small
from tasks import Task


async def main(uri, database, count, calls):
    async with AsyncMongoClient(uri) as client:
        await init_beanie(client[database], document_models=[Small, Large, Referring, Nested])
        size = (int(count), int(calls))
        small = Task(Small, documents.small, *size)
        large = Task(Large, documents.large, *size)
        nested = Task(Nested, documents.nested, *size)
        referring = Task(Referring, documents.referring, *size)
        text, texts = Nested.embedded_str_doc_1, Nested.embedded_str_doc_array

        report("small_create", small, await small.create())
        report("small_update", small, await small.update("field1", Small.field1))
        report("small_find", small, await small.find("_id", Small.id, lambda d: d["_id"]))
        report(
            "foreign_key_find",
            referring,
            await referring.find("field_fk", Referring.field_fk, lambda d: d["field_fk"]),
        )
        report("large_create", large, await large.create())
        report("large_update", large, await large.update("field1", Large.field1))
        report("nested_create", nested, await nested.create())
        report("nested_update", nested, await nested.update("embedded_str_doc_1.field1", text.field1))
        report(
            "nested_find",
            nested,
            await nested.find(
                "embedded_str_doc_1.unique_id",
                text.unique_id,
                lambda d: d["embedded_str_doc_1"]["unique_id"],
            ),
        )
        report(
            "nested_array_find",
            nested,
            await nested.find(
                "embedded_str_doc_array.unique_id",
                texts.unique_id,
                lambda d: d["embedded_str_doc_array"][0]["unique_id"],
            ),
        )


def report(name, task, seconds):
    beanie, pymongo = (1e6 * value for value in seconds)
    print(f"{name} {task.size()} {beanie:.1f} {pymongo:.1f}", flush=True)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
