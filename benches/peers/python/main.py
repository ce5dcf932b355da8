"""A task of the "MongoDB ODM Performance Benchmark" through Beanie and through pymongo's async client.

`cargo xtask peers --python` runs it: `main.py URI DATABASE DOCUMENTS CALLS TASK`. The tasks, documents and sizes are
those of `odm/benches/odm`. Prints the name of the task, the bytes of a document, and the microseconds of a call
through Beanie and through pymongo.
"""

import asyncio
import sys

from beanie import init_beanie
from pymongo import AsyncMongoClient

import documents
from models import Large, Nested, Referring, Small
from tasks import Task

MODELS = {
    "small": (Small, documents.small),
    "foreign": (Referring, documents.referring),
    "large": (Large, documents.large),
    "nested": (Nested, documents.nested),
}


async def main(uri, database, count, calls, name):
    async with AsyncMongoClient(uri) as client:
        await init_beanie(client[database], document_models=[model for model, _ in MODELS.values()])
        task = Task(*MODELS[name.split("_")[0]], int(count), int(calls))
        beanie, pymongo = (1e6 * seconds for seconds in await run(task, name))
        print(f"{name} {task.size()} {beanie:.1f} {pymongo:.1f}")


async def run(task, name):
    """Runs the task with this name, and returns the median seconds of both sides."""
    match name:
        case "small_create" | "large_create" | "nested_create":
            return await task.create()
        case "small_update" | "large_update":
            return await task.update("field1", task.model.field1)
        case "nested_update":
            return await task.update("embedded_str_doc_1.field1", Nested.embedded_str_doc_1.field1)
        case "small_find":
            return await task.find("_id", Small.id, lambda document: document["_id"])
        case "foreign_key_find":
            return await task.find("field_fk", Referring.field_fk, lambda document: document["field_fk"])
        case "nested_find":
            return await task.find(
                "embedded_str_doc_1.unique_id",
                Nested.embedded_str_doc_1.unique_id,
                lambda document: document["embedded_str_doc_1"]["unique_id"],
            )
        case "nested_array_find":
            return await task.find(
                "embedded_str_doc_array.unique_id",
                Nested.embedded_str_doc_array.unique_id,
                lambda document: document["embedded_str_doc_array"][0]["unique_id"],
            )
    raise ValueError(f"there is no task {name}")


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
